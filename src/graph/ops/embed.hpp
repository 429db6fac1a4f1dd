// Rows of a table by number: x (B, ...) of numbers, table (V, D) to (B, ..., D).
//
// Numbers are cut to whole ones. Those outside [0, V) give a row of NaN here, as Keras on JAX does; the CPU executor
// refuses them, as Keras on TensorFlow does. The gradient of the table is a sum over x in ascending order.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Embed final : OpMath<Embed> {
  std::string_view name() const override { return "embed"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int input) const override { return input == 0; }
  bool backward_reads_output() const override { return false; }

  // The row that a number means, or -1.
  template <class T>
  static Index row(T number, Index rows) {
    return number > T{-1} && number < static_cast<T>(rows) ? static_cast<Index>(number) : -1;
  }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
  // Rows [first, last) of the table's gradient.
  template <class T>
  static void gather_gradient(Index numbers, Index D, Index rows, const T* x, const T* dy, T* dtable, Index first,
                              Index last);
};

}  // namespace wavetrain::ops
