// GRU, as keras.layers.GRU of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, units), the last step; with return_sequences (batch, T, units)
//   z, r = s(x[t] · kernel + h · recurrent_kernel + bias), in columns z, r, h;  s = recurrent_activation
//   reset_after:  n = activation(x·W_h + b_h + r · (h·U_h + rb_h));  else n = activation(x·W_h + b_h + (r · h)·U_h)
//   h = z · h + (1 - z) · n
//   weights kernel (C, 3 units), recurrent_kernel (units, 3 units), bias (2, 3 units) with reset_after else (3 units), in the
//           part "cell"
//   mask    used; passed on with return_sequences
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct GRU {
  Required<Index> units;
  wavetrain::Activation activation = "tanh";
  wavetrain::Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
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
  bool reset_after = true;
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
