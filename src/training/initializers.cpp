#include "wavetrain/initializers.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

Random random_from(const std::optional<Index>& seed, std::uint64_t fallback_seed) {
  return Random(seed ? static_cast<std::uint64_t>(*seed) : fallback_seed);
}

}  // namespace

Fans compute_fans(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {shape[0], shape[0]};
  Index field = 1;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) field *= shape[axis];
  return {shape[-2] * field, shape[-1] * field};
}

Fans compute_fans(const Shape& shape, const std::optional<Axes>& input_axes, const std::optional<Axes>& output_axes) {
  if (!input_axes || !output_axes) return compute_fans(shape);
  const auto product = [&shape](const Axes& axes) {
    axes.bits(shape.rank());  // throws for an axis that is not there
    Index result = 1;
    for (const Index axis : axes.values()) result *= shape[static_cast<int>(axis)];
    return result;
  };
  return {product(*input_axes), product(*output_axes)};
}

namespace initializers {

void Zeros::fill(const Shape&, std::span<float> out, std::uint64_t) const { std::fill(out.begin(), out.end(), 0.0f); }

void Ones::fill(const Shape&, std::span<float> out, std::uint64_t) const { std::fill(out.begin(), out.end(), 1.0f); }

void Constant::fill(const Shape&, std::span<float> out, std::uint64_t) const {
  std::fill(out.begin(), out.end(), static_cast<float>(value));
}

void Identity::fill(const Shape& shape, std::span<float> out, std::uint64_t) const {
  if (shape.rank() != 2) {
    throw ValueError(
        fmt::format("Identity matrix initializer can only be used for 2D matrices. Received: shape={} of rank {}.",
                    to_string(shape), shape.rank()));
  }
  std::fill(out.begin(), out.end(), 0.0f);
  for (Index i = 0; i < std::min(shape[0], shape[1]); ++i) {
    out[static_cast<std::size_t>(i * shape[1] + i)] = static_cast<float>(gain);
  }
}

void RandomNormal::fill(const Shape&, std::span<float> out, std::uint64_t fallback_seed) const {
  Random random = random_from(seed, fallback_seed);
  for (float& value : out) value = static_cast<float>(mean + stddev * random.normal());
}

void RandomUniform::fill(const Shape&, std::span<float> out, std::uint64_t fallback_seed) const {
  Random random = random_from(seed, fallback_seed);
  for (float& value : out) value = static_cast<float>(random.uniform(minval, maxval));
}

void TruncatedNormal::fill(const Shape&, std::span<float> out, std::uint64_t fallback_seed) const {
  Random random = random_from(seed, fallback_seed);
  for (float& value : out) value = static_cast<float>(mean + stddev * random.truncated_normal());
}

void VarianceScaling::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  const Fans fans = compute_fans(shape, input_axes, output_axes);
  const auto fan_in = static_cast<double>(fans.in);
  const auto fan_out = static_cast<double>(fans.out);
  const double fan = mode == "fan_in" ? fan_in : mode == "fan_out" ? fan_out : (fan_in + fan_out) / 2;
  const double variance = scale / std::max(1.0, fan);
  Random random = random_from(seed, fallback_seed);
  if (distribution == "uniform") {
    const double limit = std::sqrt(3 * variance);
    for (float& value : out) value = static_cast<float>(random.uniform(-limit, limit));
  } else if (distribution == "untruncated_normal") {
    const double stddev = std::sqrt(variance);
    for (float& value : out) value = static_cast<float>(stddev * random.normal());
  } else {
    // The standard deviation of a standard normal cut at ±2.
    constexpr double kTruncatedDeviation = 0.87962566103423978;
    const double stddev = std::sqrt(variance) / kTruncatedDeviation;
    for (float& value : out) value = static_cast<float>(stddev * random.truncated_normal());
  }
}

namespace {

template <class T>
void scaled(const T& self, double scale, const char* mode, const char* distribution, const Shape& shape,
            std::span<float> out, std::uint64_t fallback_seed) {
  VarianceScaling{scale, mode, distribution, self.seed, self.input_axes, self.output_axes}.fill(shape, out,
                                                                                                fallback_seed);
}

}  // namespace

void GlorotUniform::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  scaled(*this, 1.0, "fan_avg", "uniform", shape, out, fallback_seed);
}
void GlorotNormal::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  scaled(*this, 1.0, "fan_avg", "truncated_normal", shape, out, fallback_seed);
}
void HeUniform::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  scaled(*this, 2.0, "fan_in", "uniform", shape, out, fallback_seed);
}
void HeNormal::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  scaled(*this, 2.0, "fan_in", "truncated_normal", shape, out, fallback_seed);
}
void LecunUniform::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  scaled(*this, 1.0, "fan_in", "uniform", shape, out, fallback_seed);
}
void LecunNormal::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  scaled(*this, 1.0, "fan_in", "truncated_normal", shape, out, fallback_seed);
}

}  // namespace initializers

void Initializer::fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
  if (!has_value()) throw ValueError("A weight needs an initializer. Received: None");
  if (static_cast<Index>(out.size()) != shape.size()) {
    throw ValueError(fmt::format("{} fills shape {} with {} values. Received: room for {}", class_name(),
                                 to_string(shape), shape.size(), out.size()));
  }
  methods().fill(shape, out, fallback_seed);
}

Array Initializer::operator()(const Shape& shape, std::uint64_t fallback_seed) const {
  Array values(shape);
  fill(shape, values.span(), fallback_seed);
  return values;
}

Array Initializer::operator()(const Shape& shape) const { return (*this)(shape, next_seed()); }

}  // namespace wavetrain
