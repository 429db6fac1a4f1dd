#include "checksum.hpp"

#include <algorithm>
#include <bit>

namespace wavetrain::files::hdf5 {
namespace {

// Up to four bytes, little endian; missing ones count as zero.
std::uint32_t word(ByteSpan bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i) {
    value |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
  }
  return value;
}

}  // namespace

std::uint32_t lookup3(ByteSpan bytes) {
  std::uint32_t a = 0xDEADBEEFu + static_cast<std::uint32_t>(bytes.size());
  std::uint32_t b = a;
  std::uint32_t c = a;
  if (bytes.empty()) return c;

  // All but the last 1 to 12 bytes are mixed, those are finished off.
  while (bytes.size() > 12) {
    a += word(bytes, 0);
    b += word(bytes, 4);
    c += word(bytes, 8);
    a = (a - c) ^ std::rotl(c, 4), c += b;
    b = (b - a) ^ std::rotl(a, 6), a += c;
    c = (c - b) ^ std::rotl(b, 8), b += a;
    a = (a - c) ^ std::rotl(c, 16), c += b;
    b = (b - a) ^ std::rotl(a, 19), a += c;
    c = (c - b) ^ std::rotl(b, 4), b += a;
    bytes = bytes.subspan(12);
  }
  a += word(bytes, 0);
  b += word(bytes, 4);
  c += word(bytes, 8);
  c = (c ^ b) - std::rotl(b, 14);
  a = (a ^ c) - std::rotl(c, 11);
  b = (b ^ a) - std::rotl(a, 25);
  c = (c ^ b) - std::rotl(b, 16);
  a = (a ^ c) - std::rotl(c, 4);
  b = (b ^ a) - std::rotl(a, 14);
  c = (c ^ b) - std::rotl(b, 24);
  return c;
}

std::uint32_t fletcher32(ByteSpan bytes) {
  const auto folded = [](std::uint32_t sum) { return (sum & 0xFFFF) + (sum >> 16); };
  std::uint32_t sum1 = 0;
  std::uint32_t sum2 = 0;
  std::size_t at = 0;
  std::size_t words = bytes.size() / 2;
  while (words > 0) {
    // As many words as cannot overflow the sums.
    const std::size_t block = std::min<std::size_t>(words, 360);
    for (std::size_t i = 0; i < block; ++i, at += 2) {
      sum1 += std::to_integer<std::uint32_t>(bytes[at]) << 8 | std::to_integer<std::uint32_t>(bytes[at + 1]);
      sum2 += sum1;
    }
    sum1 = folded(sum1);
    sum2 = folded(sum2);
    words -= block;
  }
  if (bytes.size() % 2 != 0) {
    sum1 += std::to_integer<std::uint32_t>(bytes.back()) << 8;
    sum2 += sum1;
    sum1 = folded(sum1);
    sum2 = folded(sum2);
  }
  return (folded(sum2) << 16) | folded(sum1);
}

}  // namespace wavetrain::files::hdf5
