// The product along the last axis: (N, ..., C) with kernel (C, F) and bias (F) gives (N, ..., F).
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct MatMul final : OpMath<MatMul> {
  // Inputs: x, kernel, bias (optional).
  std::string_view name() const override { return "matmul"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool backward_reads_input(int input) const override { return input < 2; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
