// ConvLSTM1D: an LSTM of which the products are convolutions along space, as keras.layers.ConvLSTM1D of Keras 3.15.1.
//
//   input   (batch, T, S, C), S known; (batch, T, C, S) with data_format="channels_first"
//   output  (batch, S', filters), or with return_sequences (batch, T, S', filters); S' as the output length of Conv1D
//   weights kernel (kernel_size, C, 4 · filters), recurrent_kernel (kernel_size, filters, 4 · filters), bias (4 ·
//   filters), in
//           gates i, f, c, o. The state is convolved with stride 1, `same` and undilated
//   mask    (batch, T), or (batch, T, S) with padding "same" and no strides; used, and passed on with return_sequences
//
// Dropout draws a mask per gate, the same for all steps. Throws ValueError when strides and dilation_rate are both
// above 1.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct ConvLSTM1D {
  Required<Index> filters;
  Required<Size1D> kernel_size;
  Size1D strides = 1;
  std::string padding = "valid";  // valid or same
  std::optional<std::string> data_format{};
  Size1D dilation_rate = 1;
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
  bool unroll = false;                // changes nothing
  bool zero_output_for_mask = false;  // masks are refused

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
