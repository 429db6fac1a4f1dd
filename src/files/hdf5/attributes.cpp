#include "attributes.hpp"

#include "btree2.hpp"
#include "datatype.hpp"
#include "fractal_heap.hpp"

namespace wavetrain::files::hdf5 {
namespace {

struct AttributeCollector {
  Source& source;
  GlobalHeap& heap;
  Attributes& attributes;

  void attribute_message(Cursor message) {
    const int version = message.u8();
    if (version < 1 || version > 3) message.fail(fmt::format("has attribute version {}", version));
    const int flags = message.u8();
    if (version > 1 && (flags & 0x03) != 0) message.fail("has an attribute of shared type, which is not supported");
    const std::uint64_t name_size = message.u16();
    const std::uint64_t type_size = message.u16();
    const std::uint64_t space_size = message.u16();
    if (version == 3) message.skip(1);  // character set of the name
    // Version 1 pads each part to a multiple of eight bytes.
    const auto part = [&](std::uint64_t size, const char* what) {
      const Cursor result = message.part(size, what);
      if (version == 1) message.skip((8 - size % 8) % 8);
      return result;
    };
    std::string_view name = as_text(part(name_size, "Attribute").all());
    name = name.substr(0, name.find('\0'));
    const Datatype type = parse_datatype(part(type_size, "Datatype of an attribute"));
    const Dataspace space = parse_dataspace(part(space_size, "Dataspace of an attribute"));
    const ByteSpan raw = message.bytes(checked_product(space.count(), type.size, "Attribute"));
    source.charge_memory(sizeof(Data) + 64 + name.size() + type.name.size());
    if (!attributes.emplace(name, decode(source, heap, type, space, raw)).second) {
      message.fail(fmt::format("has the attribute '{}' twice", name));
    }
  }

  void attribute_info(Cursor message) {
    message.expect_version(0);
    if ((message.u8() & 1) != 0) message.skip(2);
    const std::uint64_t heap_address = message.offset();
    const std::uint64_t tree = message.offset();
    if (heap_address == kUndefined) return;
    FractalHeap dense(source, heap_address);
    visit_btree2(source, tree, Tree2Kind::attributes_by_name, [&](Cursor record) {
      const Cursor id = record.part(static_cast<std::uint64_t>(dense.id_size()), "Heap identifier");
      if ((record.u8() & 0x02) != 0) record.fail("is a shared attribute, which is not supported");
      attribute_message(dense.object(id));
    });
  }
};

}  // namespace

Attributes read_attributes(Source& source, GlobalHeap& heap, const Object& object) {
  Attributes attributes;
  AttributeCollector collector{source, heap, attributes};
  for (const Message& message : object.messages) {
    if (message.type == MessageType::attribute) collector.attribute_message(message.content);
    if (message.type == MessageType::attribute_info) collector.attribute_info(message.content);
  }
  return attributes;
}

}  // namespace wavetrain::files::hdf5
