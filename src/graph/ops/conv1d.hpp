// Cross-correlation along time: (N, T, C) with kernel (K, C / groups, F) and bias (F) gives (N, T_out, F).
#pragma once

#include "core/conv1d_shape.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

enum class Padding { valid, same, causal };

// Case-insensitive. Throws ValueError for anything else.
Padding parse_padding(std::string_view text);

// Steps of the output, and zeros that are put before and behind the series. `window` is the reach of one output step, the
// dilation included. Keras' rule: for `same` the odd zero goes behind.
struct PaddedLength {
  Index output = 0;
  Index left = 0;
  Index right = 0;
};
// kNone stays kNone.
PaddedLength padded_length(Padding padding, Index steps, Index window, Index stride);

struct Conv1D final : OpMath<Conv1D> {
  Index stride = 1;
  Padding padding = Padding::valid;
  Index dilation = 1;
  Index groups = 1;

  // Inputs: x, kernel, bias (optional).
  std::string_view name() const override { return "conv1d"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool backward_reads_input(int input) const override { return input < 2; }
  bool backward_reads_output() const override { return false; }

  // What the kernels need to know, for inputs of these shapes.
  Conv1DShape shape(const Shape& x, const Shape& kernel) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
