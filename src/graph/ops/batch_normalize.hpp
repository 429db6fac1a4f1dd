// Batch normalisation over all axes but one.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct BatchNormalize final : OpMath<BatchNormalize> {
  int axis = -1;           // positive or negative, the batch counted
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool frozen = false;     // inference formula in training, too

  // Inputs: x, gamma (optional), beta (optional), moving mean, moving variance. States: moving mean, moving variance.
  std::string_view name() const override { return "batch_normalize"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool sample_wise(bool training) const override { return !training || frozen; }
  bool backward_reads_output() const override { return false; }
  // Mean and variance as used.
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  // An input as (outer, channels, inner) around `axis`.
  struct Extent {
    Index outer, channels, inner;
  };
  Extent extent(const Shape& x) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
