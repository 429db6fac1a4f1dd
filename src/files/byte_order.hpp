// Byte order and 16-bit floating point: what file formats have and the machine may not.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wavetrain::files {

// Reverses the bytes of every element.
inline void swap_byte_order(std::span<std::byte> bytes, std::size_t element_size) {
  if (element_size < 2) return;
  for (std::size_t i = 0; i + element_size <= bytes.size(); i += element_size) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                 bytes.begin() + static_cast<std::ptrdiff_t>(i + element_size));
  }
}

// Brings elements between the machine's order and the one named; the same call serves both directions.
inline void convert_byte_order(std::span<std::byte> bytes, std::size_t element_size, std::endian order) {
  if (order != std::endian::native) swap_byte_order(bytes, element_size);
}

// IEEE binary16: 1 sign, 5 exponent and 10 fraction bits. Exact.
inline float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 0x1F;
  const int fraction = half & 0x3FF;
  const float sign = (half & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  if (exponent < 31) return sign * std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
  const std::uint32_t bits = ((half & 0x8000u) << 16) | 0x7F800000u | (static_cast<std::uint32_t>(fraction) << 13);
  return std::bit_cast<float>(bits);
}

// bfloat16 is the upper half of a float32. Exact.
inline float bfloat16_to_float(std::uint16_t value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

}  // namespace wavetrain::files
