// Chunked datasets: finding the chunks and putting them together.
#pragma once

#include <vector>

#include "datatype.hpp"
#include "storage.hpp"

namespace wavetrain::files::hdf5 {

struct ChunkedData {
  const Layout& layout;
  const Dataspace& space;
  const std::vector<Filter>& filters;
  std::size_t element_size;
};

// Writes every stored chunk to its place in `elements`, which holds the whole dataset in row-major order and is filled
// with the fill value already. Throws FileError for chunks outside the dataset, stored twice, or damaged.
void read_chunks(Source& source, const ChunkedData& data, std::span<std::byte> elements);

}  // namespace wavetrain::files::hdf5
