#include "wavetrain/random.hpp"

#include <atomic>
#include <cmath>
#include <numbers>
#include <random>

namespace wavetrain {
namespace {

constexpr double kTwoToMinus32 = 1.0 / 4294967296.0;

// The process-wide sequence: `base` chosen once, `count` counts the seeds handed out.
struct SeedSequence {
  std::atomic<std::uint64_t> base;
  std::atomic<std::uint64_t> count{0};
};

SeedSequence& sequence() {
  static SeedSequence instance{(std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()};
  return instance;
}

// SplitMix64's finaliser: neighbouring inputs give unrelated outputs.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace

std::uint32_t Random::bits() {
  if (left_ == 0) {
    block_ = philox({static_cast<std::uint32_t>(counter_), static_cast<std::uint32_t>(counter_ >> 32), 0, 0}, key_);
    ++counter_;
    left_ = 4;
  }
  return block_[static_cast<std::size_t>(4 - left_--)];
}

double Random::uniform() { return bits() * kTwoToMinus32; }

double Random::uniform(double low, double high) { return low + (high - low) * uniform(); }

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double u = (bits() + 0.5) * kTwoToMinus32;  // never 0
  const double radius = std::sqrt(-2.0 * std::log(u));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

double Random::truncated_normal() {
  for (;;) {
    const double value = normal();
    if (std::abs(value) <= 2.0) return value;
  }
}

std::uint32_t Random::below(std::uint32_t bound) {
  std::uint64_t product = std::uint64_t{bits()} * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{bits()} * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

void set_random_seed(std::uint64_t seed) {
  sequence().base = seed;
  sequence().count = 0;
}

std::uint64_t next_seed() { return mixed(mixed(sequence().base) + sequence().count.fetch_add(1)); }

Array random_normal(const Shape& shape, double mean, double stddev) {
  return random_normal(shape, mean, stddev, next_seed());
}

Array random_normal(const Shape& shape, double mean, double stddev, std::uint64_t seed) {
  Random random(seed);
  Array result(shape);
  for (float& value : result) value = static_cast<float>(mean + stddev * random.normal());
  return result;
}

Array random_uniform(const Shape& shape, double minval, double maxval) {
  return random_uniform(shape, minval, maxval, next_seed());
}

Array random_uniform(const Shape& shape, double minval, double maxval, std::uint64_t seed) {
  Random random(seed);
  Array result(shape);
  for (float& value : result) {
    // Rounding to float can reach maxval itself, which the half-open interval excludes.
    do value = static_cast<float>(random.uniform(minval, maxval));
    while (value >= static_cast<float>(maxval) && maxval > minval);
  }
  return result;
}

Labels random_integers(const Shape& shape, std::int32_t minval, std::int32_t maxval) {
  return random_integers(shape, minval, maxval, next_seed());
}

Labels random_integers(const Shape& shape, std::int32_t minval, std::int32_t maxval, std::uint64_t seed) {
  if (maxval <= minval) {
    throw ValueError("random_integers needs minval < maxval. Received: minval=" + std::to_string(minval) +
                     ", maxval=" + std::to_string(maxval));
  }
  Random random(seed);
  Labels result(shape);
  const auto range = static_cast<std::uint32_t>(static_cast<std::int64_t>(maxval) - minval);
  for (std::int32_t& value : result) {
    value = static_cast<std::int32_t>(static_cast<std::int64_t>(minval) + random.below(range));
  }
  return result;
}

}  // namespace wavetrain
