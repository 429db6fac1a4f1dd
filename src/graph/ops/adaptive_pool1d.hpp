// Pooling along time to a given number of steps, over windows that differ by a step: (N, T, C) to (N, steps, C).
#pragma once

#include "graph/ops/pool1d.hpp"

namespace wavetrain::ops {

struct AdaptivePool1D final : OpMath<AdaptivePool1D> {
  PoolKind kind = PoolKind::average;
  Index steps = 1;

  std::string_view name() const override { return "adaptive_pool1d"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override { return kind == PoolKind::max; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
