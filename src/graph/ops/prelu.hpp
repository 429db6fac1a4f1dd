// y = x where x > 0, else alpha · x, with a weight alpha that is shared along some axes.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct PRelu final : OpMath<PRelu> {
  // Inputs: x, alpha (of a sample's rank, 1 where shared).
  std::string_view name() const override { return "prelu"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
