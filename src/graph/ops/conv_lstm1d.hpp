// An LSTM of which the products are convolutions along space: (N, T, S, C) to (N, T, S', F), or to the last step (N,
// S', F).
//
//   z = conv(x_t, kernel) + conv_same(h, recurrent kernel) + bias, in gates i, f, c, o of F columns each
//   c' = rec(z_f)·c + rec(z_i)·act(z_c)      h' = rec(z_o)·act(c')
#pragma once

#include "graph/ops/conv1d.hpp"
#include "wavetrain/activations.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct ConvLstm1D final : OpMath<ConvLstm1D> {
  Conv1D input_conv;  // stride, padding and dilation; the recurrent convolution is of stride 1, `same` and undilated
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool return_sequences = false;
  bool go_backwards = false;
  double dropout = 0;
  double recurrent_dropout = 0;

  bool zero_output_for_mask = false;
  bool stateful = false;      // begins where the batch before ended
  bool return_state = false;  // after the output, one or T, come the last h and c: (N, R, S', F)

  // Inputs: x, kernel (K, C, 4F), recurrent kernel (K, F, 4F), bias (4F, optional), mask (optional; (N, T), or (N, T,
  // S') for each place). Where the mask is 0 the state stands still, and the output is the one before (zero at first),
  // or zero. States, when stateful: h, c (N, S', F).
  std::string_view name() const override { return "conv_lstm1d"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool is_random() const override { return dropout > 0 || recurrent_dropout > 0; }
  bool backward_reads_input(int input) const override { return input != 3; }
  bool backward_reads_output() const override { return false; }
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

 private:
  struct Sizes;
  template <class T>
  struct Memory;
  // Places (S', F) that a sample has in the output.
  Index rows(Index T) const { return (return_sequences ? T : 1) + (return_state ? 2 : 0); }
  Sizes sizes(const Shape& x, const Shape& kernel, const Shape& mask) const;
  // Whether the mask keeps value i of the state at a step.
  template <class T>
  bool counts(const OpCall<T>& call, const Sizes& s, Index place, Index i) const;
  template <class T>
  Memory<T> memory(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
