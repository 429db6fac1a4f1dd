// Masks: (B, T, ...) of 1 where a step counts and 0 where not.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

// The mask of x: where any feature differs from `value`, along the last axis; or `each`, where the number itself does.
struct StepMask final : OpMath<StepMask> {
  double value = 0;
  bool each = false;

  std::string_view name() const override { return "step_mask"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool differentiable() const override { return false; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
  // The same for `steps` steps of C features.
  template <class T>
  void run_steps(Index steps, Index C, const T* x, T* mask) const;
};

// x where the mask is not 0, else 0. Inputs: x (B, T, ..., C), mask: its shape without the last axis.
struct ApplyMask final : OpMath<ApplyMask> {
  std::string_view name() const override { return "apply_mask"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool backward_reads_input(int input) const override { return input == 1; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
  // to = from where the mask is not 0, else 0, for `steps` steps of C features: forward, and backward from dy to dx.
  template <class T>
  static void select(Index steps, Index C, const T* from, const T* mask, T* to);
};

}  // namespace wavetrain::ops
