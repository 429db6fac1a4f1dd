// y = f(x): elementwise, or along the last axis (softmax and its kin).
#pragma once

#include "wavetrain/activations.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Activate final : OpMath<Activate> {
  explicit Activate(Activation f, int along = -1) : activation(std::move(f)), axis(along) {}

  std::string_view name() const override { return "activation"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override;
  bool backward_reads_output() const override;

  // An input as (outer, size, inner), with `size` the axis that softmax and its kin work along.
  struct Extent {
    Index outer, size, inner;
  };
  Extent extent(const Shape& x) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

  Activation activation;
  int axis;  // counted from the end: what softmax and its kin work along
};

}  // namespace wavetrain::ops
