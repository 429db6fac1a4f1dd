// Steps repeated, cut off and added: y[t] = x[(t - before) / repeat] where that is a step of x, else 0.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Resample final : OpMath<Resample> {
  Index repeat = 1;
  Index before = 0;  // zeros in front; negative: steps that are cut off
  Index after = 0;

  // Input (N, T, ...), output (N, before + repeat · T + after, ...).
  std::string_view name() const override { return "resample"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape>, const Shape& output) const override { return static_cast<double>(output.size()); }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
