// The same values under another shape; no work.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Reshape final : OpMath<Reshape> {
  explicit Reshape(const Shape& sample) : target(sample) {}

  std::string_view name() const override { return "reshape"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool is_view() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

  Shape target;  // of a sample, without the batch; one dimension may be kNone and is worked out
};

}  // namespace wavetrain::ops
