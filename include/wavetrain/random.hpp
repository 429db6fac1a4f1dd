// Random numbers: counter-based, so that element i of a draw does not depend on which thread makes it.
//
// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11). The same seed gives
// the same numbers on every machine and for any number of threads; they are not Keras' numbers (nor do Keras' own backends
// agree on them), only of the same distributions.
#pragma once

#include <array>
#include <cstdint>

#include "wavetrain/array.hpp"

namespace wavetrain {

// Four independent 32-bit numbers for one counter value under one key.
constexpr std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

// A stream of numbers: element i of the stream `seed` is a pure function of both.
class Random {
 public:
  explicit Random(std::uint64_t seed)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {}

  std::uint32_t bits();                     // uniform over all 32-bit numbers
  double uniform();                         // [0, 1), 32 random bits
  double uniform(double low, double high);  // [low, high)
  double normal();                          // mean 0, standard deviation 1 (Box-Muller)
  double truncated_normal();                // normal() redrawn outside ±2
  // 0 .. bound-1 without bias (Lemire). Requires bound > 0.
  std::uint32_t below(std::uint32_t bound);

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  int left_ = 0;
  double spare_ = 0;
  bool has_spare_ = false;
};

// Seeds everything that is not seeded by itself: initialisers, dropout, shuffling (Keras: keras.utils.set_random_seed).
// Without a call the process starts from a seed of the operating system.
void set_random_seed(std::uint64_t seed);

// The next seed of the process-wide sequence. Thread-safe.
std::uint64_t next_seed();

// Arrays to try things with (tf.random.normal, tf.random.uniform). Without a seed they take next_seed().
Array random_normal(const Shape& shape, double mean = 0.0, double stddev = 1.0);
Array random_normal(const Shape& shape, double mean, double stddev, std::uint64_t seed);
Array random_uniform(const Shape& shape, double minval = 0.0, double maxval = 1.0);
Array random_uniform(const Shape& shape, double minval, double maxval, std::uint64_t seed);
// Integers minval .. maxval-1.
Labels random_integers(const Shape& shape, std::int32_t minval, std::int32_t maxval);
Labels random_integers(const Shape& shape, std::int32_t minval, std::int32_t maxval, std::uint64_t seed);

}  // namespace wavetrain
