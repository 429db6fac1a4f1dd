// SimpleRNN, as keras.layers.SimpleRNN of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, units), the last step; with return_sequences (batch, T, units)
//   h = activation(x[t] · kernel + h · recurrent_kernel + bias)
//   weights kernel (C, units), recurrent_kernel (units, units), bias (units), in the part "cell"
//   mask    used; passed on with return_sequences
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct SimpleRNN {
  Required<Index> units;
  wavetrain::Activation activation = "tanh";
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
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;  // shows only in which steps zero_output_for_mask clears with go_backwards: as in Keras
  std::optional<Index> seed{};
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
