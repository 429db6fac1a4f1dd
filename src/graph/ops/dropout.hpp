// Inverted dropout: values are zeroed with probability `rate` while training, the others multiplied by 1 / (1 - rate).
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Dropout final : OpMath<Dropout> {
  double rate = 0.5;
  Shape
      noise_shape;  // rank 0: one draw per value; else the batch first, 1 where draws are shared, kNone for the input's size

  std::string_view name() const override { return "dropout"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool is_random() const override { return true; }
  bool is_identity_in_inference() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  // Which number of the draw element i of an input of shape `x` uses.
  Index element(const Shape& x, Index i) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

 private:
  template <class T>
  void apply(const OpCall<T>& call, const T* x, T* y) const;
};

}  // namespace wavetrain::ops
