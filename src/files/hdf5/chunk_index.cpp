#include "chunk_index.hpp"

#include <algorithm>
#include <bit>

#include "btree1.hpp"
#include "btree2.hpp"

namespace wavetrain::files::hdf5 {
namespace {

std::uint64_t chunks_along(std::uint64_t dim, std::uint64_t chunk) { return dim / chunk + (dim % chunk != 0 ? 1 : 0); }

// Numbers chunks as the arrays do: row-major over the largest extent the dataset may grow to. With one unlimited axis,
// that axis counts slowest, so that growing along it only appends.
class Numbering {
 public:
  explicit Numbering(const ChunkedData& data) {
    const std::size_t rank = data.space.dims.size();
    for (std::size_t axis = 0; axis < rank; ++axis) order_.push_back(axis);
    const auto unlimited = std::find(data.space.max_dims.begin(), data.space.max_dims.end(), kUndefined);
    if (unlimited != data.space.max_dims.end() && data.layout.index == ChunkIndex::extensible_array) {
      const auto axis = unlimited - data.space.max_dims.begin();
      std::rotate(order_.begin(), order_.begin() + axis, order_.begin() + axis + 1);
    }
    strides_.assign(rank, 0);
    std::uint64_t step = 1;
    for (std::size_t i = rank; i-- > 0;) {
      const std::size_t axis = order_[i];
      strides_[axis] = step;
      extents_.push_back(chunks_along(data.space.dims[axis], data.layout.chunk[axis]));
      // Nothing counts slower than the first axis, so its extent, possibly endless, is not needed.
      if (i > 0)
        step = checked_product(step, chunks_along(data.space.max_dims[axis], data.layout.chunk[axis]), "Chunk index");
    }
    std::reverse(extents_.begin(), extents_.end());
    count_ = 1;
    for (std::size_t i = 0; i < rank; ++i) {
      if (extents_[i] == 0) {
        count_ = 0;
        return;
      }
      count_ = checked_sum(count_, checked_product(extents_[i] - 1, strides_[order_[i]], "Chunk index"), "Chunk index");
    }
  }

  // One more than the largest number of a chunk inside the dataset.
  std::uint64_t count() const { return count_; }

  // False for a number that lies beyond the dataset's present extent.
  bool position(std::uint64_t number, std::vector<std::uint64_t>& result) const {
    result.assign(order_.size(), 0);
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const std::size_t axis = order_[i];
      result[axis] = number / strides_[axis];
      number %= strides_[axis];
      if (result[axis] >= extents_[i]) return false;
    }
    return true;
  }

 private:
  std::vector<std::size_t> order_;      // axes, slowest first
  std::vector<std::uint64_t> strides_;  // by axis
  std::vector<std::uint64_t> extents_;  // in the order of order_
  std::uint64_t count_ = 0;
};

struct Visitor {
  Source& source;
  const ChunkedData& data;
  const std::function<void(const Chunk&)>& visit;

  void btree1() {
    const std::size_t rank = data.space.dims.size();
    Chunk chunk;
    visit_btree1(source, data.layout.address, Tree1Kind::chunks, 8 + 8 * (rank + 1),
                 [&](Cursor key, std::uint64_t child) {
                   chunk.size = key.u32();
                   chunk.skipped_filters = key.u32();
                   chunk.address = child;
                   chunk.position.clear();
                   for (std::size_t axis = 0; axis < rank; ++axis) {
                     const std::uint64_t first = key.u64();
                     if (first % data.layout.chunk[axis] != 0)
                       key.fail(fmt::format("has a chunk that begins at element {}", first));
                     chunk.position.push_back(first / data.layout.chunk[axis]);
                   }
                   visit(chunk);
                 });
  }

  void btree2() {
    const bool filtered = !data.filters.empty();
    const auto kind = filtered ? Tree2Kind::filtered_chunks : Tree2Kind::chunks;
    // As wide as the sizes of filtered chunks could get when the dataset was made.
    const int size_bytes = std::min(8, 1 + (bits_of(chunk_bytes(data)) - 1 + 8) / 8);
    visit_btree2(source, data.layout.address, kind, [&](Cursor record) {
      Chunk chunk{{}, record.offset(), chunk_bytes(data), 0};
      if (filtered) {
        chunk.size = record.uint(size_bytes);
        chunk.skipped_filters = record.u32();
      }
      for (std::size_t axis = 0; axis < data.space.dims.size(); ++axis) chunk.position.push_back(record.u64());
      visit(chunk);
    });
  }

  // An array's entry: an address, and for filtered chunks size and mask behind it.
  void entry(const Numbering& numbering, std::uint64_t number, Cursor fields) {
    Chunk chunk{{}, fields.offset(), chunk_bytes(data), 0};
    if (chunk.address == kUndefined || !numbering.position(number, chunk.position)) return;
    if (!data.filters.empty()) {
      if (fields.remaining() < 5 || fields.remaining() > 12) fields.fail("has the wrong size");
      chunk.size = fields.uint(static_cast<int>(fields.remaining()) - 4);
      chunk.skipped_filters = fields.u32();
    }
    visit(chunk);
  }

  void implicit() {
    const Numbering numbering(data);
    Chunk chunk{{}, 0, chunk_bytes(data), 0};
    for (std::uint64_t number = 0; number < numbering.count(); ++number) {
      source.charge_work(64);
      chunk.address =
          checked_sum(data.layout.address, checked_product(number, chunk.size, "Chunk index"), "Chunk index");
      if (numbering.position(number, chunk.position)) visit(chunk);
    }
  }

  void single() {
    Chunk chunk{std::vector<std::uint64_t>(data.space.dims.size(), 0), data.layout.address, chunk_bytes(data), 0};
    if (!data.filters.empty() && data.layout.single_size > 0) {
      chunk.size = data.layout.single_size;
      chunk.skipped_filters = data.layout.single_mask;
    }
    visit(chunk);
  }
};

}  // namespace

std::uint64_t chunk_bytes(const ChunkedData& data) {
  std::uint64_t product = data.element_size;
  for (const std::uint64_t dim : data.layout.chunk) product = checked_product(product, dim, "Chunk");
  return product;
}

void visit_chunks(Source& source, const ChunkedData& data, const std::function<void(const Chunk&)>& visit) {
  Visitor visitor{source, data, visit};
  switch (data.layout.index) {
    case ChunkIndex::btree1: return visitor.btree1();
    case ChunkIndex::btree2: return visitor.btree2();
    case ChunkIndex::implicit: return visitor.implicit();
    case ChunkIndex::single: return visitor.single();
    case ChunkIndex::fixed_array:
    case ChunkIndex::extensible_array: break;
  }
  const Numbering numbering(data);
  const VisitEntry entry = [&](std::uint64_t number, Cursor fields) { visitor.entry(numbering, number, fields); };
  if (data.layout.index == ChunkIndex::fixed_array) {
    visit_fixed_array(source, data.layout.address, numbering.count(), entry);
  } else {
    visit_extensible_array(source, data.layout.address, numbering.count(), entry);
  }
}

}  // namespace wavetrain::files::hdf5
