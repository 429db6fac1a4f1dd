// The transpose of a convolution along time: (N, T, C) with kernel (K, F, C) and bias (F) gives (N, L, F).
//
// It is what a convolution from (L, F) to (T, C) with that very kernel makes of an output's gradient: its forward is that
// convolution's input gradient, its input gradient that convolution's forward, and in the kernel's gradient x and dy trade
// places. Step t of x adds x[t] · kernel[k]ᵀ to y[t·stride + k·dilation - cut], where `cut` steps fall off in front.
#pragma once

#include <optional>

#include "graph/ops/conv1d.hpp"

namespace wavetrain::ops {

struct Conv1DTranspose final : OpMath<Conv1DTranspose> {
  Index stride = 1;
  Padding padding = Padding::valid;  // or same
  std::optional<Index> output_padding{};
  Index dilation = 1;

  // Inputs: x, kernel, bias (optional).
  std::string_view name() const override { return "conv1d_transpose"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool backward_reads_input(int input) const override { return input < 2; }
  bool backward_reads_output() const override { return false; }

  // The convolution from y to x.
  Conv1DShape transposed(const Shape& x, const Shape& kernel) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

 private:
  // Steps of the output for T steps of the input (kNone stays), and how many fall off in front.
  struct Length {
    Index output, cut;
  };
  Length length(Index steps, Index taps) const;
};

}  // namespace wavetrain::ops
