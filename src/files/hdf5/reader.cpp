#include <algorithm>
#include <set>

#include "../byte_order.hpp"
#include "attributes.hpp"
#include "checksum.hpp"
#include "chunks.hpp"
#include "datatype.hpp"
#include "global_heap.hpp"
#include "links.hpp"
#include "object.hpp"
#include "source.hpp"
#include "storage.hpp"

namespace wavetrain::files::hdf5 {
namespace {

constexpr std::string_view kSignature("\x89HDF\r\n\x1A\n", 8);

struct Superblock {
  FieldSizes sizes;
  std::uint64_t end = 0;   // of the file, user block included
  std::uint64_t root = 0;  // the root group's object header
};

void read_sizes(Cursor& cursor, FieldSizes& sizes) {
  sizes.offset = cursor.u8();
  sizes.length = cursor.u8();
  for (const int size : {sizes.offset, sizes.length}) {
    if (size != 2 && size != 4 && size != 8) cursor.fail(fmt::format("has addresses or sizes of {} bytes", size));
  }
}

Superblock read_superblock(ByteSpan file) {
  Superblock result;
  Cursor cursor(file, 0, {}, "HDF5 superblock");
  cursor.skip(kSignature.size());
  const int version = cursor.u8();
  if (version > 3) cursor.fail(fmt::format("has version {}, which is not supported (0 to 3 are)", version));
  if (version >= 2) {
    read_sizes(cursor, result.sizes);
    Cursor rest(file.subspan(cursor.position()), cursor.position(), result.sizes, "HDF5 superblock");
    rest.skip(1);   // consistency flags
    rest.offset();  // base address
    rest.offset();  // superblock extension
    result.end = rest.offset();
    result.root = rest.offset();
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    const std::uint32_t found = lookup3(file.first(static_cast<std::size_t>(rest.position())));
    if (const std::uint32_t stated = rest.u32(); stated != found) {
      rest.fail(fmt::format("is damaged: checksum {:08x}, expected {:08x}", found, stated));
    }
#endif
    return result;
  }
  cursor.skip(4);  // versions of parts that have only one
  read_sizes(cursor, result.sizes);
  cursor.skip(1 + 2 + 2 + 4 + (version == 1 ? 4 : 0));  // node sizes and flags, which concern writers
  Cursor rest(file.subspan(cursor.position()), cursor.position(), result.sizes, "HDF5 superblock");
  rest.offset();  // base address
  rest.offset();  // free space
  result.end = rest.offset();
  if (rest.offset() != kUndefined) rest.fail("names a driver for several files, which is not supported");
  rest.offset();  // name of the root entry
  result.root = rest.offset();
  return result;
}

class Reader {
 public:
  Reader(ByteSpan file, const Superblock& superblock, const Limits& limits, const PathFilter& wanted)
      : source_(file, limits), heap_(source_), wanted_(wanted) {
    source_.sizes = superblock.sizes;
  }

  const std::string& path() const { return path_; }

  void read_group(const Object& object, Group& group, int depth) {
    if (depth > source_.limits.depth) {
      throw FileError(fmt::format("Groups are nested more than {} deep", source_.limits.depth));
    }
    group.attributes = read_attributes(source_, heap_, object);
    const std::string path = path_;
    for (const Link& link : read_links(source_, object)) {
      path_ = path + "/" + link.name;
      if (!wanted_ || wanted_(path_)) read_member(link, group, depth);
    }
    path_ = path;
  }

  Object object(std::uint64_t address) {
    if (!visited_.insert(address).second) {
      throw FileError("The object has a second name or contains itself, which is not supported (hard link)");
    }
    source_.charge_memory(256);
    return read_object(source_, address);
  }

 private:
  void read_member(const Link& link, Group& parent, int depth) {
    if (parent.groups.contains(link.name) || parent.datasets.contains(link.name))
      throw FileError("The name occurs twice");
    const Object member = object(link.address);
    if (member.find(MessageType::symbol_table) || member.find(MessageType::link_info) ||
        member.find(MessageType::link)) {
      read_group(member, parent.groups[link.name], depth + 1);
    } else if (member.find(MessageType::layout)) {
      parent.datasets.emplace(link.name, read_dataset(member));
    } else {
      throw FileError(
          fmt::format("The object at byte {} is neither a group nor a dataset, but perhaps a committed "
                      "datatype, which is not supported",
                      link.address));
    }
  }

  Dataset read_dataset(const Object& object) {
    if (object.find(MessageType::external_files)) {
      throw FileError("The dataset's values lie in another file, which is not supported (external storage)");
    }
    const Datatype type = parse_datatype(object.get(MessageType::datatype, "datatype"));
    const Dataspace space = parse_dataspace(object.get(MessageType::dataspace, "dataspace"));
    space.shape();  // refuses what cannot be held before any memory is asked for
    const Layout layout = parse_layout(object.get(MessageType::layout, "layout"), type.size, space.dims.size());
    std::vector<Filter> filters;
    if (const auto message = object.find(MessageType::filters)) filters = parse_filters(*message);
    const std::uint64_t bytes = checked_product(space.count(), type.size, "Dataset");

    Dataset dataset;
    Bytes buffer;
    static_cast<Data&>(dataset) =
        decode(source_, heap_, type, space, elements(object, type, space, layout, filters, bytes, buffer));
    dataset.attributes = read_attributes(source_, heap_, object);
    if (const auto found = dataset.attributes.find("dtype");
        found != dataset.attributes.end() && dataset.dtype == DType::other && type.size == 2 &&
        found->second.dtype == DType::string && found->second.strings == std::vector<std::string>{"bfloat16"}) {
      // How Keras marks values that HDF5 had no type for: opaque pairs of bytes, little endian.
      dataset.dtype = DType::bfloat16;
      convert_byte_order(dataset.bytes, 2, std::endian::little);
    }
    return dataset;
  }

  // The elements as the file has them: in place where they lie in one piece, otherwise put together in `buffer`.
  ByteSpan elements(const Object& object, const Datatype& type, const Dataspace& space, const Layout& layout,
                    const std::vector<Filter>& filters, std::uint64_t bytes, Bytes& buffer) {
    if (layout.kind == Layout::Kind::compact) {
      if (layout.compact.size() < bytes) {
        throw FileError(fmt::format("Compact values have {} bytes, expected {}", layout.compact.size(), bytes));
      }
      return layout.compact.first(static_cast<std::size_t>(bytes));
    }
    if (layout.kind == Layout::Kind::contiguous && layout.address != kUndefined) {
      if (layout.size < bytes) throw FileError(fmt::format("Values have {} bytes, expected {}", layout.size, bytes));
      return source_.at(layout.address, bytes, "Values").all();
    }
    source_.charge_memory(bytes);
    buffer.resize(static_cast<std::size_t>(bytes));
    fill(object, type, buffer);
    if (layout.kind == Layout::Kind::chunked) read_chunks(source_, {layout, space, filters, type.size}, buffer);
    return buffer;
  }

  static void fill(const Object& object, const Datatype& type, Bytes& buffer) {
    ByteSpan value;
    if (const auto message = object.find(MessageType::fill_value)) value = parse_fill_value(*message);
    else if (const auto old = object.find(MessageType::old_fill_value)) value = parse_old_fill_value(*old);
    // A variable-length text's fill value would be an address in the writer's memory.
    if (value.empty() || type.variable_length) return;
    if (value.size() != type.size) {
      throw FileError(fmt::format("The fill value has {} bytes, the datatype {}", value.size(), type.size));
    }
    for (std::size_t at = 0; at < buffer.size(); at += value.size()) {
      std::copy(value.begin(), value.end(), buffer.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

  Source source_;
  GlobalHeap heap_;
  const PathFilter& wanted_;
  std::set<std::uint64_t> visited_;
  std::string path_;  // of the object being read, for messages
};

}  // namespace

Group parse(ByteSpan file, const Limits& limits, const PathFilter& wanted) {
  // All addresses but the end count from the superblock. It stands at 0, or behind a "user block" of 512, 1024, 2048 …
  // bytes.
  std::size_t start = 0;
  while (start < file.size() && !as_text(file.subspan(start)).starts_with(kSignature))
    start = start == 0 ? 512 : 2 * start;
  if (start >= file.size()) throw FileError("Not an HDF5 file: there is no HDF5 signature.");
  const std::size_t whole = file.size();
  file = file.subspan(start);

  std::string path;
  try {
    const Superblock superblock = read_superblock(file);
    if (superblock.end > whole) {
      throw FileError(fmt::format("The file is truncated: it should have {} bytes and has {}", superblock.end, whole));
    }
    Reader reader(file, superblock, limits, wanted);
    try {
      Group root;
      reader.read_group(reader.object(superblock.root), root, 0);
      return root;
    } catch (const FileError&) {
      path = reader.path();
      throw;
    }
  } catch (const FileError& error) {
    throw FileError(fmt::format("HDF5, object '{}': {}.", path.empty() ? "/" : path, error.what()));
  }
}

}  // namespace wavetrain::files::hdf5
