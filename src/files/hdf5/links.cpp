#include "links.hpp"

#include "btree1.hpp"
#include "btree2.hpp"
#include "fractal_heap.hpp"

namespace wavetrain::files::hdf5 {
namespace {

struct LinkCollector {
  Source& source;
  std::vector<Link>& links;

  void add(std::string_view name, std::uint64_t address, const Cursor& where) {
    if (name.empty() || name == "." || name.find_first_of(std::string_view("/\0", 2)) != std::string_view::npos) {
      where.fail(fmt::format("has a member with the impossible name '{}'", name));
    }
    source.charge_memory(sizeof(Link) + name.size());
    links.push_back({std::string(name), address});
  }

  void link_message(Cursor message) {
    message.expect_version(1);
    const int flags = message.u8();
    const int kind = (flags & 0x08) != 0 ? message.u8() : 0;
    if ((flags & 0x04) != 0) message.skip(8);  // order of creation
    if ((flags & 0x10) != 0) message.skip(1);  // character set
    const std::uint64_t size = message.uint(1 << (flags & 0x03));
    const std::string_view name = as_text(message.bytes(size));
    if (kind == 1) message.fail(fmt::format("has the soft link '{}', which is not supported", name));
    if (kind == 64) message.fail(fmt::format("has the external link '{}', which is not supported", name));
    if (kind != 0) message.fail(fmt::format("has the link '{}' of kind {}, which is not supported", name, kind));
    add(name, message.offset(), message);
  }

  // Old groups: a B-tree of nodes with entries, whose names lie in a local heap.
  void symbol_table(Cursor message) {
    const std::uint64_t tree = message.offset();
    const Cursor names = local_heap(message.offset());
    visit_btree1(source, tree, Tree1Kind::group, static_cast<std::uint64_t>(source.sizes.length),
                 [&](Cursor, std::uint64_t child) { symbol_node(child, names); });
  }

  Cursor local_heap(std::uint64_t address) {
    const auto size = static_cast<std::uint64_t>(8 + 2 * source.sizes.length + source.sizes.offset);
    Cursor head = source.at(address, size, "Local heap");
    head.expect_signature("HEAP");
    head.expect_version(0);
    head.skip(3);
    const std::uint64_t content_size = head.length();
    head.length();  // free list
    return source.at(head.offset(), content_size, "Local heap");
  }

  void symbol_node(std::uint64_t address, const Cursor& names) {
    Cursor head = source.at(address, 8, "Group node");
    head.expect_signature("SNOD");
    head.expect_version(1);
    head.skip(1);
    const std::uint64_t entries = head.u16();
    const auto entry_size = static_cast<std::uint64_t>(2 * source.sizes.offset + 4 + 4 + 16);
    Cursor body = source.at(address + 8, entries * entry_size, "Group node");
    for (std::uint64_t i = 0; i < entries; ++i) {
      Cursor entry = body.part(entry_size);
      const std::uint64_t name_at = entry.offset();
      const std::uint64_t object = entry.offset();
      const std::uint32_t cache = entry.u32();
      Cursor name = names;
      name.skip(name_at);
      const std::string_view text = name.zero_terminated();
      source.charge_work(text.size());
      if (cache == 2) entry.fail(fmt::format("has the soft link '{}', which is not supported", text));
      add(text, object, entry);
    }
  }

  // New groups with many members: a heap of link messages and a B-tree over their names.
  void link_info(Cursor message) {
    message.expect_version(0);
    if ((message.u8() & 1) != 0) message.skip(8);
    const std::uint64_t heap_address = message.offset();
    const std::uint64_t tree = message.offset();
    if (heap_address == kUndefined) return;
    FractalHeap heap(source, heap_address);
    visit_btree2(source, tree, Tree2Kind::links_by_name, [&](Cursor record) {
      record.skip(4);  // hash of the name
      link_message(heap.object(record.part(static_cast<std::uint64_t>(heap.id_size()), "Heap identifier")));
    });
  }
};

}  // namespace

std::vector<Link> read_links(Source& source, const Object& object) {
  std::vector<Link> links;
  LinkCollector collector{source, links};
  for (const Message& message : object.messages) {
    if (message.type == MessageType::symbol_table) collector.symbol_table(message.content);
    if (message.type == MessageType::link) collector.link_message(message.content);
    if (message.type == MessageType::link_info) collector.link_info(message.content);
  }
  return links;
}

}  // namespace wavetrain::files::hdf5
