#include "graph/ops/dropout.hpp"

#include <fmt/format.h>

#include "cpu/dropout.hpp"
#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Shape Dropout::infer(std::span<const Shape> inputs) const {
  for (int axis = 0; axis < noise_shape.rank(); ++axis) {
    const Index size = inputs[0][axis];
    if (noise_shape[axis] != kNone && noise_shape[axis] != 1 && size >= 0 && noise_shape[axis] != size) {
      throw ValueError(fmt::format("noise_shape {} does not fit an input of shape {}", to_string(noise_shape),
                                   to_string(inputs[0])));
    }
  }
  return inputs[0];
}

Index Dropout::element(const Shape& x, Index i) const {
  if (noise_shape.rank() == 0) return i;
  Index number = 0, step = 1;
  for (int axis = x.rank() - 1; axis >= 0; --axis) {
    const Index position = i % x[axis];
    i /= x[axis];
    if (noise_shape[axis] == 1) continue;
    number += position * step;
    step *= x[axis];
  }
  return number;
}

template <class T>
void Dropout::apply(const OpCall<T>& call, const T* x, T* y) const {
  const Shape& shape = call.input_shape[0];
  const cpu::RandomKey key{call.random.seed, call.random.stream, static_cast<std::uint32_t>(call.random.step)};
  const T scale = rate < 1 ? static_cast<T>(1 / (1 - rate)) : T{0};
  for (Index i = 0; i < shape.size(); ++i) {
    const float one = 1;
    float kept;
    cpu::dropout(key, rate, element(shape, i), 1, &one, &kept);
    y[i] = kept != 0 ? x[i] * scale : T{0};
  }
}

template <class T>
void Dropout::run_forward(const OpCall<T>& call) const {
  if (call.training) return apply(call, call.input[0], call.output);
  for (Index i = 0; i < call.output_shape.size(); ++i) call.output[i] = call.input[0][i];
}

template <class T>
void Dropout::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  if (call.training) return apply(call, call.output_grad, call.input_grad[0]);
  for (Index i = 0; i < call.output_shape.size(); ++i) call.input_grad[0][i] = call.output_grad[i];
}

WAVETRAIN_INSTANTIATE_OP(Dropout)

}  // namespace wavetrain::ops
