#include "fractal_heap.hpp"

#include <algorithm>
#include <bit>

#include "btree2.hpp"
#include "checksum.hpp"

namespace wavetrain::files::hdf5 {

FractalHeap::FractalHeap(Source& source, std::uint64_t address) : source_(source), address_(address) {
  const FieldSizes sizes = source.sizes;
  const auto size =
      static_cast<std::uint64_t>(4 + 1 + 2 + 2 + 1 + 4 + 12 * sizes.length + 3 * sizes.offset + 2 + 2 + 2 + 2 + 4);
  Cursor head = source.checked(address, size, "Fractal heap");
  head.expect_signature("FRHP");
  head.expect_version(0);
  id_size_ = head.u16();
  if (head.u16() != 0) head.fail("is filtered, which is not supported");
  checksummed_blocks_ = (head.u8() & 0x02) != 0;
  const std::uint64_t max_managed = head.u32();
  head.length();  // next identifier of a huge object
  huge_tree_ = head.offset();
  head.length();                              // free space
  head.offset();                              // its manager
  for (int i = 0; i < 8; ++i) head.length();  // space and object counts
  width_ = head.u16();
  start_block_ = head.length();
  max_direct_block_ = head.length();
  const int heap_bits = head.u16();
  head.skip(2);  // rows that a new root starts with
  root_ = head.offset();
  root_rows_ = head.u16();

  const bool plausible = width_ > 0 && std::has_single_bit(start_block_) && std::has_single_bit(max_direct_block_) &&
                         max_direct_block_ >= start_block_ && max_direct_block_ <= (std::uint64_t{1} << 32) &&
                         heap_bits > 0 && heap_bits <= 64 && root_rows_ <= 64;
  if (!plausible) head.fail("has an impossible table of blocks");
  offset_size_ = (heap_bits + 7) / 8;
  const int block_bits = bits_of(max_direct_block_) - 1;
  length_size_ = std::min((block_bits + 7) / 8, bytes_for(max_managed));
}

// Rows double in size from the second on: s, s, 2s, 4s …
std::uint64_t FractalHeap::row_block_size(std::uint64_t row) const {
  const int shift = row == 0 ? 0 : static_cast<int>(row) - 1;
  if (bits_of(start_block_) + shift > 63) throw FileError("Fractal heap has more rows than 64 bits can address");
  return start_block_ << shift;
}

Cursor FractalHeap::object(Cursor id) {
  const int flags = id.u8();
  if ((flags >> 6) != 0) id.fail(fmt::format("has version {}", flags >> 6));
  switch ((flags >> 4) & 0x03) {
    case 0: {
      const std::uint64_t offset = id.uint(offset_size_);
      return managed(offset, id.uint(length_size_));
    }
    case 1: {
      if (id_size_ >= 1 + source_.sizes.offset + source_.sizes.length) {
        const std::uint64_t address = id.offset();
        return source_.at(address, id.length(), "Huge heap object");
      }
      return huge(id.uint(std::min(source_.sizes.length, id_size_ - 1)));
    }
    case 2: {
      // The object lies in the identifier itself; long identifiers have a byte more for the size.
      std::uint64_t size = static_cast<std::uint64_t>(flags & 0x0F) + 1;
      if (id_size_ > 17) size = ((static_cast<std::uint64_t>(flags & 0x0F) << 8) | id.u8()) + 1;
      return id.part(size, "Tiny heap object");
    }
    default: id.fail("has an unknown kind");
  }
}

// Walks down from the root to the direct block that covers `offset`. Positions count the blocks' own headers.
Cursor FractalHeap::managed(std::uint64_t offset, std::uint64_t size) {
  std::uint64_t block = root_;
  std::uint64_t rows = root_rows_;
  std::uint64_t start = 0;  // position of `block` in the heap
  std::uint64_t block_size = start_block_;
  const std::uint64_t direct_rows = static_cast<std::uint64_t>(bits_of(max_direct_block_ / start_block_) + 1);
  const auto frame = static_cast<std::uint64_t>(4 + 1 + source_.sizes.offset + offset_size_);
  const auto pointer = static_cast<std::uint64_t>(source_.sizes.offset);

  while (rows > 0) {
    const std::uint64_t entries = rows * width_;
    Cursor body = source_.checked(block, frame + entries * pointer + 4, "Fractal heap indirect block");
    body.expect_signature("FHIB");
    body.expect_version(0);
    if (body.offset() != address_) body.fail("belongs to another heap");
    std::uint64_t row = 0;
    std::uint64_t row_start = start;
    while (row < rows && offset - row_start >= row_block_size(row) * width_)
      row_start += row_block_size(row++) * width_;
    if (row == rows) body.fail(fmt::format("does not cover position {}", offset));
    block_size = row_block_size(row);
    const std::uint64_t column = (offset - row_start) / block_size;
    body.skip(static_cast<std::uint64_t>(offset_size_) + (row * width_ + column) * pointer);
    block = body.offset();
    start = row_start + column * block_size;
    if (row < direct_rows) break;
    // An indirect child has as many rows as its size needs.
    const std::uint64_t child_rows = static_cast<std::uint64_t>(bits_of(block_size / (start_block_ * width_)));
    if (child_rows == 0 || child_rows >= rows + 64) body.fail("has an impossible child");
    rows = child_rows;
  }

  if (offset < start || offset - start > block_size || size > block_size - (offset - start)) {
    throw FileError(fmt::format("Fractal heap at byte {}: object of {} bytes at {} does not fit its block", address_,
                                size, offset));
  }
  Cursor head = source_.at(block, frame, "Fractal heap block");
  head.expect_signature("FHDB");
  head.expect_version(0);
  if (head.offset() != address_) head.fail("belongs to another heap");
  if (const std::uint64_t found = head.uint(offset_size_); found != start) {
    head.fail(fmt::format("is at {} of its heap, expected {}", found, start));
  }
  verify(block, block_size, head.position() - block);
  return source_.at(block + (offset - start), size, "Fractal heap object");
}

// A direct block's checksum stands behind its header and counts itself as zero.
void FractalHeap::verify(std::uint64_t block, std::uint64_t size, std::uint64_t checksum_at) {
  if (!checksummed_blocks_ || !verified_.insert(block).second) return;
  Cursor whole = source_.at(block, size, "Fractal heap block");
  Bytes content(whole.all().begin(), whole.all().end());
  whole.skip(checksum_at);
  [[maybe_unused]] const std::uint32_t stated = whole.u32();
  std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(checksum_at), 4, std::byte{0});
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  if (const std::uint32_t found = lookup3(content); found != stated) {
    whole.fail(fmt::format("is damaged: checksum {:08x}, expected {:08x}", found, stated));
  }
#endif
}

Cursor FractalHeap::huge(std::uint64_t key) {
  if (!huge_objects_) {
    huge_objects_.emplace();
    visit_btree2(source_, huge_tree_, Tree2Kind::huge_objects, [&](Cursor record) {
      const std::uint64_t address = record.offset();
      const std::uint64_t size = record.length();
      source_.charge_memory(64);
      huge_objects_->emplace(record.length(), Extent{address, size});
    });
  }
  const auto found = huge_objects_->find(key);
  if (found == huge_objects_->end()) {
    throw FileError(fmt::format("Fractal heap at byte {} has no huge object {}", address_, key));
  }
  return source_.at(found->second.address, found->second.size, "Huge heap object");
}

}  // namespace wavetrain::files::hdf5
