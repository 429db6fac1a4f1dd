// LSTM, as keras.layers.LSTM of Keras 3.15.1 (forget gate, no peepholes).
//
//   input   (batch, T, C)
//   output  (batch, units), the last step; with return_sequences (batch, T, units)
//   z = x[t] · kernel + h · recurrent_kernel + bias, in columns i, f, c, o
//   c = s(z_f) · c + s(z_i) · activation(z_c);  h = s(z_o) · activation(c);  s = recurrent_activation
//   weights kernel (C, 4 units), recurrent_kernel (units, 4 units), bias (4 units), in the part "cell"
//   mask    used; passed on with return_sequences
//
// go_backwards reads the series from its end and returns outputs in that order. dropout and recurrent_dropout draw one mask
// per sample and gate for the whole series.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct LSTM {
  Required<Index> units;
  wavetrain::Activation activation = "tanh";
  wavetrain::Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0.0;
  double recurrent_dropout = 0.0;
  std::optional<Index> seed{};
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;  // shows only in which steps zero_output_for_mask clears with go_backwards: as in Keras
  bool zero_output_for_mask = false;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
