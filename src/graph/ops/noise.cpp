#include "graph/ops/noise.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/dropout.hpp"
#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {
namespace {

cpu::RandomKey key_of(const RandomKey& random) {
  return {random.seed, random.stream, static_cast<std::uint32_t>(random.step)};
}

float normal(const cpu::RandomKey& key, Index element) {
  float value;
  cpu::random_normals(key, element, 1, &value);
  return value;
}

bool kept(const cpu::RandomKey& key, double rate, Index element) {
  const float one = 1;
  float value;
  cpu::dropout(key, rate, element, 1, &one, &value);
  return value != 0;
}

Dropout dropout_of(const Noise& noise) {
  Dropout dropout;
  dropout.rate = noise.amount;
  dropout.noise_shape = noise.noise_shape;
  return dropout;
}

}  // namespace

Shape Noise::infer(std::span<const Shape> inputs) const {
  return kind == NoiseKind::alpha ? dropout_of(*this).infer(inputs) : inputs[0];
}

// Klambauer et al., "Self-Normalizing Neural Networks" (2017): dropped values become selu's limit at -infinity, and an affine
// map restores mean 0 and variance 1.
Noise::AlphaNumbers Noise::alpha_numbers() const {
  const double limit = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;
  const double a = 1 / std::sqrt((1 - amount) * (1 + amount * limit * limit));
  const double b = -a * limit * amount;
  return {a, b, a * limit + b};
}

template <class T>
void Noise::run_forward(const OpCall<T>& call) const {
  const Shape& shape = call.input_shape[0];
  const T* x = call.input[0];
  if (!call.training) {
    std::copy_n(x, shape.size(), call.output);
    return;
  }
  const cpu::RandomKey key = key_of(call.random);
  const Dropout dropout = dropout_of(*this);
  const AlphaNumbers alpha = kind == NoiseKind::alpha ? alpha_numbers() : AlphaNumbers{};
  for (Index i = 0; i < shape.size(); ++i) {
    T& y = call.output[i];
    if (kind == NoiseKind::gaussian) y = x[i] + static_cast<T>(amount) * static_cast<T>(normal(key, i));
    else if (kind == NoiseKind::gaussian_factor)
      y = x[i] * (1 + static_cast<T>(amount) * static_cast<T>(normal(key, i)));
    else if (kept(key, amount, dropout.element(shape, i)))
      y = x[i] * static_cast<T>(alpha.scale) + static_cast<T>(alpha.shift);
    else y = static_cast<T>(alpha.dropped);
  }
}

template <class T>
void Noise::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  const Shape& shape = call.input_shape[0];
  if (!call.training || kind == NoiseKind::gaussian) {
    std::copy_n(call.output_grad, shape.size(), call.input_grad[0]);
    return;
  }
  const cpu::RandomKey key = key_of(call.random);
  const Dropout dropout = dropout_of(*this);
  const AlphaNumbers alpha = kind == NoiseKind::alpha ? alpha_numbers() : AlphaNumbers{};
  for (Index i = 0; i < shape.size(); ++i) {
    T factor;
    if (kind == NoiseKind::gaussian_factor) factor = 1 + static_cast<T>(amount) * static_cast<T>(normal(key, i));
    else factor = kept(key, amount, dropout.element(shape, i)) ? static_cast<T>(alpha.scale) : T{0};
    call.input_grad[0][i] = call.output_grad[i] * factor;
  }
}

WAVETRAIN_INSTANTIATE_OP(Noise)

}  // namespace wavetrain::ops
