// Time backwards: (B, T, ...) with step t where T-1-t was.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Reverse final : OpMath<Reverse> {
  std::string_view name() const override { return "reverse"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
