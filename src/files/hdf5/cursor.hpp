// Reading fields one after the other from a part of an HDF5 file, never beyond its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/files/io.hpp"

namespace wavetrain::files::hdf5 {

// "No address": all bits set in the file, whatever the size of addresses there.
inline constexpr std::uint64_t kUndefined = ~std::uint64_t{0};

// Bytes of addresses ("offsets") and of sizes ("lengths"); stated in the superblock.
struct FieldSizes {
  int offset = 8;
  int length = 8;
};

class Cursor {
 public:
  // `position` is where `bytes` lie in the file, `what` names the structure in messages (a literal).
  Cursor(ByteSpan bytes, std::uint64_t position, FieldSizes sizes, const char* what)
      : bytes_(bytes), position_(position), sizes_(sizes), what_(what) {}

  std::uint8_t u8() { return static_cast<std::uint8_t>(uint(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(uint(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(uint(4)); }
  std::uint64_t u64() { return uint(8); }
  // Little endian, up to 8 bytes; 0 bytes give 0.
  std::uint64_t uint(int size) {
    std::uint64_t value = 0;
    const ByteSpan field = bytes(static_cast<std::uint64_t>(size));
    for (std::size_t i = field.size(); i-- > 0;) value = (value << 8) | std::to_integer<std::uint64_t>(field[i]);
    return value;
  }
  // An address; kUndefined when all its bits are set.
  std::uint64_t offset() { return widened(sizes_.offset); }
  // A size; kUndefined when all its bits are set, which some sizes use for "unlimited".
  std::uint64_t length() { return widened(sizes_.length); }

  ByteSpan bytes(std::uint64_t count) {
    if (count > remaining()) fail(fmt::format("ends after {} of {} further bytes", remaining(), count));
    const ByteSpan result = bytes_.subspan(used_, static_cast<std::size_t>(count));
    used_ += static_cast<std::size_t>(count);
    return result;
  }
  void skip(std::uint64_t count) { bytes(count); }
  // Skips padding up to a multiple of `alignment`, counted from where this cursor began.
  void align(std::size_t alignment) { skip((alignment - used_ % alignment) % alignment); }
  // A part of its own, as a cursor.
  Cursor part(std::uint64_t count, const char* what) {
    const std::uint64_t at = position();
    return Cursor(bytes(count), at, sizes_, what);
  }
  Cursor part(std::uint64_t count) { return part(count, what_); }
  // Text up to a zero byte, which is consumed.
  std::string_view zero_terminated() {
    const std::string_view rest = as_text(bytes_.subspan(used_));
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) fail("holds a name without an end");
    used_ += end + 1;
    return rest.substr(0, end);
  }

  void expect_signature(std::string_view signature) {
    if (const std::string_view found = as_text(bytes(4)); found != signature) {
      fail(fmt::format("should begin with '{}', found bytes {:02x}", signature, fmt::join(as_codes(found), " ")));
    }
  }
  // Reads a version byte and checks it against the only one known.
  void expect_version(int version) {
    if (const int found = u8(); found != version) {
      fail(fmt::format("has version {}, which is not supported (expected {})", found, version));
    }
  }

  std::uint64_t remaining() const { return bytes_.size() - used_; }
  // In the file.
  std::uint64_t position() const { return position_ + used_; }
  FieldSizes sizes() const { return sizes_; }
  ByteSpan all() const { return bytes_; }

  [[noreturn]] void fail(std::string_view problem) const {
    throw FileError(fmt::format("{} {} (at byte {})", what_, problem, position()));
  }

 private:
  static std::vector<int> as_codes(std::string_view text) {
    return std::vector<int>(reinterpret_cast<const unsigned char*>(text.data()),
                            reinterpret_cast<const unsigned char*>(text.data()) + text.size());
  }
  std::uint64_t widened(int size) {
    const std::uint64_t value = uint(size);
    return size < 8 && value == (std::uint64_t{1} << (8 * size)) - 1 ? kUndefined : value;
  }

  ByteSpan bytes_;
  std::uint64_t position_;
  std::size_t used_ = 0;
  FieldSizes sizes_;
  const char* what_;
};

}  // namespace wavetrain::files::hdf5
