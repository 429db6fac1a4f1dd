// y[...] = sum of x[...] · kernel[...] + bias[...] over the letters that the output lacks, as numpy's einsum of two operands.
#pragma once

#include <string>

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Einsum final : OpMath<Einsum> {
  std::string x_letters, kernel_letters, y_letters;  // one letter per axis; the first of x and y is the batch

  // Inputs: x, kernel, bias (optional; the output's last axes, 1 where shared).
  std::string_view name() const override { return "einsum"; }
  // Throws ValueError when sizes of one letter differ.
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool backward_reads_input(int input) const override { return input < 2; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

 private:
  struct Letters;
  Letters letters(const Shape& x, const Shape& kernel) const;
};

}  // namespace wavetrain::ops
