// The fractal heap: where dense links and attributes lie.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "cursor.hpp"
#include "source.hpp"

namespace wavetrain::files::hdf5 {

class FractalHeap {
 public:
  // Reads the header. Throws FileError when it is damaged, or when the heap is filtered, which is not supported.
  FractalHeap(Source& source, std::uint64_t address);

  int id_size() const { return id_size_; }
  // The object with this identifier.
  Cursor object(Cursor id);

 private:
  struct Extent {
    std::uint64_t address;
    std::uint64_t size;
  };

  Cursor managed(std::uint64_t offset, std::uint64_t size);
  void verify(std::uint64_t block, std::uint64_t size, std::uint64_t checksum_at);
  Cursor huge(std::uint64_t key);
  std::uint64_t row_block_size(std::uint64_t row) const;

  Source& source_;
  std::uint64_t address_ = 0;
  int id_size_ = 0;
  bool checksummed_blocks_ = false;
  std::uint64_t huge_tree_ = kUndefined;
  std::uint64_t width_ = 0;
  std::uint64_t start_block_ = 0;
  std::uint64_t max_direct_block_ = 0;
  int offset_size_ = 0;  // bytes of a position in the heap
  int length_size_ = 0;  // bytes of a managed object's size
  std::uint64_t root_ = kUndefined;
  std::uint64_t root_rows_ = 0;       // 0: the root is a direct block
  std::set<std::uint64_t> verified_;  // direct blocks
  std::optional<std::map<std::uint64_t, Extent>> huge_objects_;
};

}  // namespace wavetrain::files::hdf5
