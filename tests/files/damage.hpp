// Damaged variants of a file: a reader of untrusted files must answer each with a value or with an Error, never worse.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "wavetrain/error.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::files::testing {

struct DamageCounts {
  int read = 0;
  int refused = 0;
};

// Calls read(bytes) for the file cut after every `step`-th byte, and for `flips` copies with one to four bytes changed.
template <class Read>
DamageCounts with_damage(const Bytes& file, std::size_t step, int flips, Read&& read) {
  DamageCounts counts;
  const auto attempt = [&](ByteSpan bytes) {
    try {
      read(bytes);
      ++counts.read;
    } catch (const Error&) {
      ++counts.refused;
    }
  };
  for (std::size_t length = 0; length < file.size(); length += step) {
    // A copy of exactly this length, so that the address sanitizer sees every byte read beyond it.
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length));
    attempt(cut);
  }
  Random random(20240611);
  for (int i = 0; i < flips; ++i) {
    Bytes changed = file;
    const std::uint32_t changes = 1 + random.below(4);
    for (std::uint32_t c = 0; c < changes; ++c) {
      std::byte& target = changed[random.below(static_cast<std::uint32_t>(file.size()))];
      // Extreme values reach limits that random ones miss.
      switch (random.below(4)) {
        case 0: target = std::byte{0}; break;
        case 1: target = std::byte{0xFF}; break;
        case 2: target ^= static_cast<std::byte>(1u << random.below(8)); break;
        default: target = static_cast<std::byte>(random.below(256)); break;
      }
    }
    attempt(changed);
  }
  return counts;
}

}  // namespace wavetrain::files::testing
