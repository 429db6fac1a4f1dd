#include "graph/ops/conv1d_transpose.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "reference/conv1d.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

// Keras' rule (compute_conv_transpose_padding_args): with `same`, what is cut in front depends on the reach of the kernel
// only, and the output's length follows from output_padding.
Conv1DTranspose::Length Conv1DTranspose::length(Index steps, Index taps) const {
  const Index reach = (taps - 1) * dilation + 1;
  Index output = 0, cut = 0;
  if (padding == Padding::valid) {
    output = (steps - 1) * stride + reach + output_padding.value_or(std::max(reach, stride) - reach);
  } else {
    const Index pad = output_padding ? reach + reach % 2 - 2 + *output_padding : stride + reach - 2;
    output = output_padding ? (steps - 1) * stride + reach % 2 + *output_padding : steps * stride;
    cut = reach - 1 - std::min(pad / 2 + pad % 2, reach - 1);
  }
  return {steps < 0 ? kNone : output, cut};
}

Shape Conv1DTranspose::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  const Shape& kernel = inputs[1];
  if (x[2] != kernel[2]) {
    throw ValueError(fmt::format("expected {} channels, received input of shape {}", kernel[2], to_string(x)));
  }
  const Index output = length(x[1], kernel[0]).output;
  if (x[1] >= 0 && output <= 0) {
    throw ValueError(
        fmt::format("Computed output size would be zero or negative. Received: input shape {}, kernel_size={}, "
                    "strides={}.",
                    to_string(x), kernel[0], stride));
  }
  return {x[0], output, kernel[1]};
}

double Conv1DTranspose::cost(std::span<const Shape> inputs, const Shape&) const {
  const Shape& kernel = inputs[1];
  return 2.0 * static_cast<double>(inputs[0].size() * kernel[0] * kernel[1]);
}

Conv1DShape Conv1DTranspose::transposed(const Shape& x, const Shape& kernel) const {
  const Length l = length(x[1], kernel[0]);
  Conv1DShape s;
  s.T = l.output;
  s.C = kernel[1];
  s.F = kernel[2];
  s.K = kernel[0];
  s.stride = stride;
  s.dilation = dilation;
  s.pad_left = l.cut;
  s.pad_right = std::max<Index>((x[1] - 1) * stride + s.receptive_field() - l.output - l.cut, 0);
  return s;
}

template <class T>
void Conv1DTranspose::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Conv1DShape s = transposed(x, call.input_shape[1]);
  const Index x_size = x.size_from(1), y_size = call.output_shape.size_from(1);
  for (Index n = 0; n < x[0]; ++n) {
    T* y = call.output + n * y_size;
    for (Index i = 0; i < y_size; ++i) y[i] = call.input[2] == nullptr ? T{0} : call.input[2][i % s.C];
    reference::conv1d_backward(y, static_cast<T*>(nullptr), static_cast<T*>(nullptr), call.input[0] + n * x_size,
                               static_cast<const T*>(nullptr), call.input[1], s);
  }
}

template <class T>
void Conv1DTranspose::run_backward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Conv1DShape s = transposed(x, call.input_shape[1]);
  const Index x_size = x.size_from(1), y_size = call.output_shape.size_from(1);
  for (std::size_t i = 1; i < 3; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  for (Index n = 0; n < x[0]; ++n) {
    const T* dy = call.output_grad + n * y_size;
    if (call.input_grad[0] != nullptr) {
      reference::conv1d_forward(call.input_grad[0] + n * x_size, dy, call.input[1], static_cast<const T*>(nullptr), s);
    }
    if (call.input_grad[1] != nullptr) {
      reference::conv1d_backward(static_cast<T*>(nullptr), call.input_grad[1], static_cast<T*>(nullptr),
                                 call.input[0] + n * x_size, dy, call.input[1], s);
    }
    for (Index i = 0; call.input_grad[2] != nullptr && i < y_size; ++i) call.input_grad[2][i % s.C] += dy[i];
  }
}

WAVETRAIN_INSTANTIATE_OP(Conv1DTranspose)

}  // namespace wavetrain::ops
