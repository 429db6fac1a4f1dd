#include "chunks.hpp"

#include <algorithm>

#include "chunk_index.hpp"

namespace wavetrain::files::hdf5 {
namespace {

class Assembly {
 public:
  Assembly(Source& source, const ChunkedData& data, std::span<std::byte> elements)
      : source_(source), data_(data), elements_(elements), bytes_(chunk_bytes(data)) {
    if (bytes_ > source.file_size() + source.limits.expansion) {
      throw FileError(fmt::format("Chunks of {} bytes are too large", bytes_));
    }
    std::uint64_t total = 1;
    for (std::size_t axis = 0; axis < rank(); ++axis) {
      const std::uint64_t dim = data.space.dims[axis];
      const std::uint64_t chunk = data.layout.chunk[axis];
      grid_.push_back(dim / chunk + (dim % chunk != 0 ? 1 : 0));
      total *= grid_.back();  // at most the number of elements
    }
    seen_.assign(static_cast<std::size_t>(total), false);
  }

  void add(const Chunk& chunk) {
    std::size_t number = 0;
    bool partial = false;
    for (std::size_t axis = 0; axis < rank(); ++axis) {
      // Shrinking a dataset removes its chunks, so none may lie outside.
      if (chunk.position[axis] >= grid_[axis]) {
        throw FileError(fmt::format("A chunk lies outside the dataset: number {} of {} along axis {}",
                                    chunk.position[axis], grid_[axis], axis));
      }
      number = number * static_cast<std::size_t>(grid_[axis]) + static_cast<std::size_t>(chunk.position[axis]);
      const std::uint64_t first = chunk.position[axis] * data_.layout.chunk[axis];
      partial = partial || data_.space.dims[axis] - first < data_.layout.chunk[axis];
    }
    if (seen_[number]) throw FileError("A chunk is stored twice");
    seen_[number] = true;

    const bool plain = data_.filters.empty() || (partial && data_.layout.partial_edges_unfiltered);
    const Cursor stored = source_.at(chunk.address, plain ? bytes_ : chunk.size, "Chunk");
    if (plain) {
      place(chunk, stored.all());
      return;
    }
    source_.charge_work(bytes_);
    place(chunk, unfiltered(data_.filters, chunk.skipped_filters, stored, static_cast<std::size_t>(bytes_)));
  }

 private:
  std::size_t rank() const { return data_.space.dims.size(); }

  // Copies the part of the chunk that lies inside the dataset, a run along the last axis at a time.
  void place(const Chunk& chunk, ByteSpan content) {
    const std::size_t n = data_.space.dims.size();
    if (n == 0) {
      std::copy(content.begin(), content.end(), elements_.begin());
      return;
    }
    std::vector<std::size_t> extent(n);  // of the part inside
    std::vector<std::size_t> index(n, 0);
    for (std::size_t axis = 0; axis < n; ++axis) {
      const std::uint64_t first = chunk.position[axis] * data_.layout.chunk[axis];
      extent[axis] = static_cast<std::size_t>(std::min(data_.layout.chunk[axis], data_.space.dims[axis] - first));
    }
    const std::size_t run = extent[n - 1] * data_.element_size;
    for (;;) {
      std::size_t from = 0;
      std::size_t to = 0;
      for (std::size_t axis = 0; axis < n; ++axis) {
        const auto chunk_dim = static_cast<std::size_t>(data_.layout.chunk[axis]);
        from = from * chunk_dim + index[axis];
        to = to * static_cast<std::size_t>(data_.space.dims[axis]) +
             static_cast<std::size_t>(chunk.position[axis]) * chunk_dim + index[axis];
      }
      std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(from * data_.element_size), run,
                  elements_.begin() + static_cast<std::ptrdiff_t>(to * data_.element_size));
      std::size_t axis = n - 1;
      while (axis > 0 && ++index[axis - 1] == extent[axis - 1]) index[--axis] = 0;
      if (axis == 0) return;
    }
  }

  Source& source_;
  const ChunkedData& data_;
  std::span<std::byte> elements_;
  std::uint64_t bytes_;
  std::vector<std::uint64_t> grid_;  // chunks along each axis
  std::vector<bool> seen_;
};

}  // namespace

void read_chunks(Source& source, const ChunkedData& data, std::span<std::byte> elements) {
  if (data.layout.address == kUndefined || elements.empty()) return;
  Assembly assembly(source, data, elements);
  visit_chunks(source, data, [&](const Chunk& chunk) { assembly.add(chunk); });
}

}  // namespace wavetrain::files::hdf5
