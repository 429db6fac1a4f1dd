#include "graph/ops/conv1d.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "reference/conv1d.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Padding parse_padding(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name == "valid") return Padding::valid;
  if (name == "same") return Padding::same;
  if (name == "causal") return Padding::causal;
  throw ValueError(fmt::format("padding must be 'valid', 'same' or 'causal'. Received: '{}'", text));
}

PaddedLength padded_length(Padding padding, Index steps, Index window, Index stride) {
  if (steps < 0) return {kNone, 0, 0};
  switch (padding) {
    case Padding::valid: return {steps < window ? 0 : (steps - window) / stride + 1, 0, 0};
    case Padding::same: {
      const Index output = (steps + stride - 1) / stride;
      const Index total = std::max<Index>((output - 1) * stride + window - steps, 0);
      return {output, total / 2, total - total / 2};
    }
    case Padding::causal: return {steps == 0 ? 0 : (steps - 1) / stride + 1, window - 1, 0};
  }
  return {};
}

Shape Conv1D::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  const Shape& kernel = inputs[1];
  const Index window = (kernel[0] - 1) * dilation + 1;
  const PaddedLength length = padded_length(padding, x[1], window, stride);
  if (x[2] != kernel[1] * groups) {
    throw ValueError(fmt::format("expected {} channels, received input of shape {}", kernel[1] * groups, to_string(x)));
  }
  if (length.output == 0) {
    throw ValueError(
        fmt::format("Computed output size would be zero or negative: a window of {} steps does not fit. "
                    "Received: input shape {}, kernel_size={}, dilation_rate={}.",
                    window, to_string(x), kernel[0], dilation));
  }
  return {x[0], length.output, kernel[2]};
}

double Conv1D::cost(std::span<const Shape> inputs, const Shape& output) const {
  return 2.0 * static_cast<double>(output.size() * inputs[1][0] * inputs[1][1]);
}

Conv1DShape Conv1D::shape(const Shape& x, const Shape& kernel) const {
  const PaddedLength length = padded_length(padding, x[1], (kernel[0] - 1) * dilation + 1, stride);
  Conv1DShape shape;
  shape.T = x[1];
  shape.C = x[2];
  shape.F = kernel[2];
  shape.K = kernel[0];
  shape.stride = stride;
  shape.dilation = dilation;
  shape.groups = groups;
  shape.pad_left = length.left;
  shape.pad_right = length.right;
  return shape;
}

template <class T>
void Conv1D::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Conv1DShape s = shape(x, call.input_shape[1]);
  for (Index n = 0; n < x[0]; ++n) {
    reference::conv1d_forward(call.output + n * call.output_shape.size_from(1), call.input[0] + n * x.size_from(1),
                              call.input[1], call.input[2], s);
  }
}

template <class T>
void Conv1D::run_backward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Conv1DShape s = shape(x, call.input_shape[1]);
  for (std::size_t i = 0; i < 3; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  for (Index n = 0; n < x[0]; ++n) {
    T* dx = call.input_grad[0] == nullptr ? nullptr : call.input_grad[0] + n * x.size_from(1);
    reference::conv1d_backward(dx, call.input_grad[1], call.input_grad[2],
                               call.output_grad + n * call.output_shape.size_from(1),
                               call.input[0] + n * x.size_from(1), call.input[1], s);
  }
}

WAVETRAIN_INSTANTIATE_OP(Conv1D)

}  // namespace wavetrain::ops
