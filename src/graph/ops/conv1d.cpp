#include "graph/ops/conv1d.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include <fmt/format.h>

#include "reference/conv1d.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Padding parse_padding(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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
    throw ValueError(fmt::format("Computed output size would be zero or negative: a window of {} steps does not fit. "
                                 "Received: input shape {}, kernel_size={}, dilation_rate={}.",
                                 window, to_string(x), kernel[0], dilation));
  }
  return {x[0], length.output, kernel[2]};
}

double Conv1D::cost(std::span<const Shape> inputs, const Shape& output) const {
  return 2.0 * static_cast<double>(output.size() * inputs[1][0] * inputs[1][1]);
}

namespace {

reference::Conv1DShape conv_shape(const Conv1D& op, const Shape& x, const Shape& kernel) {
  const Index window = (kernel[0] - 1) * op.dilation + 1;
  const PaddedLength length = padded_length(op.padding, x[1], window, op.stride);
  return {.T = x[1], .C = x[2], .F = kernel[2], .K = kernel[0], .stride = op.stride, .dilation = op.dilation,
          .groups = op.groups, .pad_left = length.left, .pad_right = length.right};
}

}  // namespace

template <class T>
void Conv1D::run_forward(const OpCall<T>& call) const {
  const reference::Conv1DShape shape = conv_shape(*this, call.input_shape[0], call.input_shape[1]);
  const Index N = call.input_shape[0][0];
  for (Index n = 0; n < N; ++n) {
    reference::conv1d_forward(shape, call.output + n * call.output_shape.size_from(1),
                              call.input[0] + n * call.input_shape[0].size_from(1), call.input[1], call.input[2]);
  }
}

template <class T>
void Conv1D::run_backward(const OpCall<T>& call) const {
  const reference::Conv1DShape shape = conv_shape(*this, call.input_shape[0], call.input_shape[1]);
  (void)shape;
}

template void Conv1D::run_forward(const OpCall<float>&) const;
template void Conv1D::run_forward(const OpCall<double>&) const;
template void Conv1D::run_backward(const OpCall<float>&) const;
template void Conv1D::run_backward(const OpCall<double>&) const;

}  // namespace wavetrain::ops
