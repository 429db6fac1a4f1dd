// Time folded into the batch and back, (B, T, ...) to (B·T, ...), so that a layer sees each step as a sample. No work.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Fold final : OpMath<Fold> {
  std::string_view name() const override { return "fold"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool is_view() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

// Inputs: y (B·T, ...), and the (B, T, ...) that had been folded, for its shape alone.
struct Unfold final : OpMath<Unfold> {
  std::string_view name() const override { return "unfold"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool is_view() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
