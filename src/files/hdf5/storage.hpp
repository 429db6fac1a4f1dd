// Where a dataset's elements lie, and what was done to them: the messages layout, filters and fill value.
#pragma once

#include <cstdint>
#include <vector>

#include "cursor.hpp"
#include "source.hpp"

namespace wavetrain::files::hdf5 {

// How the chunks of a dataset are found.
enum class ChunkIndex { btree1, single, implicit, fixed_array, extensible_array, btree2 };

struct Layout {
  enum class Kind { compact, contiguous, chunked } kind = Kind::contiguous;
  ByteSpan compact;  // the elements themselves
  std::uint64_t address = kUndefined;
  std::uint64_t size = 0;            // contiguous: bytes
  std::vector<std::uint64_t> chunk;  // chunk shape in elements
  ChunkIndex index = ChunkIndex::btree1;
  bool partial_edges_unfiltered = false;
  std::uint64_t single_size = 0;  // a single filtered chunk's bytes, 0 when it is not filtered
  std::uint32_t single_mask = 0;
};

// Throws FileError for virtual datasets and layouts older than 2003 (HDF5 1.6.3) or newer than version 4.
Layout parse_layout(Cursor message, std::size_t element_size, std::size_t rank);

struct Filter {
  int id;
  std::vector<std::uint32_t> values;
};

// In the order in which writing applied them. Throws FileError naming a filter that is not supported.
std::vector<Filter> parse_filters(Cursor message);

// One element's bytes, empty for zeros.
ByteSpan parse_fill_value(Cursor message);
ByteSpan parse_old_fill_value(Cursor message);

// Undoes the filters on a chunk. `skip` has a bit for every filter that was left out. The result has exactly `size`
// bytes; throws FileError otherwise, or for damaged data.
Bytes unfiltered(const std::vector<Filter>& filters, std::uint32_t skip, Cursor chunk, std::size_t size);

}  // namespace wavetrain::files::hdf5
