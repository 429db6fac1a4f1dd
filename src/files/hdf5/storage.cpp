#include "storage.hpp"

#include <limits>

namespace wavetrain::files::hdf5 {
namespace {

constexpr std::pair<int, const char*> kFilterNames[] = {{4, "szip"},           {5, "nbit"},          {6, "scaleoffset"},
                                                        {32000, "lzf"},        {32001, "blosc"},     {32004, "lz4"},
                                                        {32008, "bitshuffle"}, {32015, "zstandard"}, {307, "bzip2"}};

void parse_chunk_shape(Cursor& message, int dimensionality, int dim_size, std::size_t element_size, std::size_t rank,
                       Layout& layout) {
  if (dimensionality < 1 || static_cast<std::size_t>(dimensionality) != rank + 1) {
    message.fail(fmt::format("has chunks of {} dimensions, the dataset has {}", dimensionality - 1, rank));
  }
  for (std::size_t i = 0; i < rank; ++i) {
    layout.chunk.push_back(message.uint(dim_size));
    if (layout.chunk.back() == 0) message.fail("has chunks of no elements");
  }
  // The last "dimension" is the element's size.
  if (const std::uint64_t found = message.uint(dim_size); found != element_size) {
    message.fail(fmt::format("has elements of {} bytes, the datatype {}", found, element_size));
  }
}

void parse_chunked4(Cursor& message, std::size_t element_size, std::size_t rank, Layout& layout) {
  const int flags = message.u8();
  layout.partial_edges_unfiltered = (flags & 0x01) != 0;
  const int dimensionality = message.u8();
  const int dim_size = message.u8();
  if (dim_size < 1 || dim_size > 8) message.fail(fmt::format("has chunk dimensions of {} bytes", dim_size));
  parse_chunk_shape(message, dimensionality, dim_size, element_size, rank, layout);
  switch (const int index = message.u8()) {
    case 1:
      layout.index = ChunkIndex::single;
      if ((flags & 0x02) != 0) {
        layout.single_size = message.length();
        layout.single_mask = message.u32();
      }
      break;
    case 2: layout.index = ChunkIndex::implicit; break;
    case 3:
      layout.index = ChunkIndex::fixed_array;
      message.skip(1);  // the array's own header repeats these
      break;
    case 4:
      layout.index = ChunkIndex::extensible_array;
      message.skip(5);
      break;
    case 5:
      layout.index = ChunkIndex::btree2;
      message.skip(6);
      break;
    default: message.fail(fmt::format("has the unknown chunk index {}", index));
  }
  layout.address = message.offset();
}

}  // namespace

Layout parse_layout(Cursor message, std::size_t element_size, std::size_t rank) {
  const int version = message.u8();
  if (version != 3 && version != 4)
    message.fail(fmt::format("has layout version {}, which is not supported (3 or 4 are)", version));
  Layout layout;
  switch (const int kind = message.u8()) {
    case 0:
      layout.kind = Layout::Kind::compact;
      layout.compact = message.bytes(message.u16());
      return layout;
    case 1:
      layout.kind = Layout::Kind::contiguous;
      layout.address = message.offset();
      layout.size = message.length();
      return layout;
    case 2:
      layout.kind = Layout::Kind::chunked;
      if (version == 4) {
        parse_chunked4(message, element_size, rank, layout);
      } else {
        const int dimensionality = message.u8();
        layout.address = message.offset();
        parse_chunk_shape(message, dimensionality, 4, element_size, rank, layout);
      }
      return layout;
    case 3: message.fail("is that of a virtual dataset, which is not supported");
    default: message.fail(fmt::format("has the unknown layout class {}", kind));
  }
}

std::vector<Filter> parse_filters(Cursor message) {
  const int version = message.u8();
  if (version != 1 && version != 2) message.fail(fmt::format("has filter pipeline version {}", version));
  const int count = message.u8();
  if (count > 32) message.fail(fmt::format("has {} filters, at most 32 are possible", count));
  if (version == 1) message.skip(6);
  std::vector<Filter> filters;
  for (int i = 0; i < count; ++i) {
    Filter filter{message.u16(), {}};
    const std::uint64_t name_size = version == 1 || filter.id >= 256 ? message.u16() : 0;
    message.skip(2);  // whether it may fail, which concerns writers
    const int values = message.u16();
    message.skip(name_size);
    for (int v = 0; v < values; ++v) filter.values.push_back(message.u32());
    if (version == 1 && values % 2 != 0) message.skip(4);
    if (filter.id < 1 || filter.id > 3) {
      std::string name = std::to_string(filter.id);
      for (const auto& [id, known] : kFilterNames) {
        if (id == filter.id) name = known;
      }
      message.fail(fmt::format("uses the filter {}; only deflate, shuffle and fletcher32 are supported", name));
    }
    filters.push_back(std::move(filter));
  }
  return filters;
}

ByteSpan parse_fill_value(Cursor message) {
  const int version = message.u8();
  if (version < 1 || version > 3) message.fail(fmt::format("has fill value version {}", version));
  bool defined = true;
  if (version == 3) {
    defined = (message.u8() & 0x20) != 0;
  } else {
    message.skip(2);  // when space is allocated and filled
    defined = message.u8() != 0 || version == 1;
  }
  return defined && message.remaining() >= 4 ? parse_old_fill_value(message) : ByteSpan{};
}

ByteSpan parse_old_fill_value(Cursor message) {
  const std::uint32_t size = message.u32();
  // "None" is written as -1 by some versions.
  return size == std::numeric_limits<std::uint32_t>::max() ? ByteSpan{} : message.bytes(size);
}

}  // namespace wavetrain::files::hdf5
