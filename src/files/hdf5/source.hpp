// The file being read, and the bounds within which it may be read.
#pragma once

#include <bit>
#include <cstdint>
#include <unordered_set>

#include "cursor.hpp"
#include "wavetrain/files/hdf5.hpp"

namespace wavetrain::files::hdf5 {

// Every structure is reached through here, so that addresses are checked in one place and so that a file whose
// structures overlap or point at each other cannot cost more time or memory than its size allows.
class Source {
 public:
  Source(ByteSpan file, const Limits& limits);

  FieldSizes sizes;
  const Limits limits;

  std::uint64_t file_size() const { return file_.size(); }
  // Bytes `address` to `address + count` of the file; throws FileError when they do not exist.
  Cursor at(std::uint64_t address, std::uint64_t count, const char* what);
  // From `address` to the end of the file. Only what is then read should be charged, which is left to the caller.
  Cursor from(std::uint64_t address, const char* what);
  // As `at`, for structures that end with a checksum; it is compared, and left out of the result.
  Cursor checked(std::uint64_t address, std::uint64_t count, const char* what);

  // Counts memory that the result keeps, and work that is only time. Both throw FileError beyond the limits.
  void charge_memory(std::uint64_t bytes);
  void charge_work(std::uint64_t bytes);

 private:
  ByteSpan file_;
  std::uint64_t memory_left_;
  std::uint64_t work_left_;
  std::unordered_set<std::uint64_t> verified_;  // addresses whose checksum has been compared
};

// Number of bits that `value` needs; 0 for 0. (std::bit_width's type differs between libraries.)
inline int bits_of(std::uint64_t value) { return static_cast<int>(std::bit_width(value)); }

// a * b or a + b; throw FileError naming `what` when 64 bits do not hold it.
std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, const char* what);
std::uint64_t checked_sum(std::uint64_t a, std::uint64_t b, const char* what);

}  // namespace wavetrain::files::hdf5
