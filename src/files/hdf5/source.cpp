#include "source.hpp"

#include <limits>

#include "checksum.hpp"

namespace wavetrain::files::hdf5 {
namespace {

// An honest file's structures are read two or three times each (a header, then the whole; a name, then its entry).
constexpr std::uint64_t kWorkPerByte = 16;
constexpr std::uint64_t kLeastWork = std::uint64_t{1} << 20;

}  // namespace

Source::Source(ByteSpan file, const Limits& limits_)
    : limits(limits_),
      file_(file),
      memory_left_(file.size() + limits_.expansion),
      work_left_(kWorkPerByte * file.size() + 4 * limits_.expansion + kLeastWork) {}

Cursor Source::at(std::uint64_t address, std::uint64_t count, const char* what) {
  if (address == kUndefined) throw FileError(fmt::format("{} has no address", what));
  if (address > file_.size() || count > file_.size() - address) {
    throw FileError(
        fmt::format("{} of {} bytes at byte {} lies outside the file of {} bytes", what, count, address, file_.size()));
  }
  charge_work(count);
  return Cursor(file_.subspan(static_cast<std::size_t>(address), static_cast<std::size_t>(count)), address, sizes,
                what);
}

Cursor Source::from(std::uint64_t address, const char* what) {
  at(address, 0, what);
  charge_work(64);
  return Cursor(file_.subspan(static_cast<std::size_t>(address)), address, sizes, what);
}

Cursor Source::checked(std::uint64_t address, std::uint64_t count, const char* what) {
  Cursor whole = at(address, count, what);
  if (count < 4) whole.fail("is too short for a checksum");
  const Cursor content = whole.part(count - 4);
  const std::uint32_t stated = whole.u32();
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
  // A fuzzer does not find checksums, and would never come past the first one.
  (void)stated;
#else
  if (verified_.insert(address).second) {
    if (const std::uint32_t found = lookup3(content.all()); found != stated) {
      content.fail(fmt::format("is damaged: checksum {:08x}, expected {:08x}", found, stated));
    }
  }
#endif
  return content;
}

void Source::charge_memory(std::uint64_t bytes) {
  if (bytes > memory_left_) {
    throw FileError(fmt::format("would need more memory than a file of {} bytes may: {} bytes beyond its size",
                                file_.size(), limits.expansion));
  }
  memory_left_ -= bytes;
}

void Source::charge_work(std::uint64_t bytes) {
  if (bytes > work_left_) {
    throw FileError("structures overlap or repeat so often that reading them was given up");
  }
  work_left_ -= bytes;
}

std::uint64_t checked_product(std::uint64_t a, std::uint64_t b, const char* what) {
  if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) {
    throw FileError(fmt::format("{} is too large: {} times {}", what, a, b));
  }
  return a * b;
}

std::uint64_t checked_sum(std::uint64_t a, std::uint64_t b, const char* what) {
  if (a > std::numeric_limits<std::uint64_t>::max() - b) {
    throw FileError(fmt::format("{} is too large: {} plus {}", what, a, b));
  }
  return a + b;
}

}  // namespace wavetrain::files::hdf5
