// The axes of a sample in another order.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Permute final : OpMath<Permute> {
  Shape order;  // axis order[i - 1] of the input becomes axis i; 1-based, the batch stays in front

  std::string_view name() const override { return "permute"; }
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
