// Conv1D: cross-correlation along time, as keras.layers.Conv1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, T_out, filters), T_out with k = (kernel_size - 1) · dilation_rate + 1:
//             valid   floor((T - k) / strides) + 1
//             same    ceil(T / strides); of the zeros added, the odd one goes to the right
//             causal  floor((T - 1) / strides) + 1; (kernel_size - 1) · dilation_rate zeros on the left
//   y[t, f] = activation(bias[f] + sum over j, c of x[t · strides + j · dilation_rate, c] · kernel[j, c, f])
//   weights kernel (kernel_size, C / groups, filters), bias (filters)
//   mask    dropped
//
// Throws ValueError when filters or C are not multiples of groups, when strides and dilation_rate are both above 1, and when
// the output would have no steps.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Conv1D {
  Required<Index> filters;
  Required<Size1D> kernel_size;
  Size1D strides = 1;
  std::string padding = "valid";             // valid, same or causal
  std::optional<std::string> data_format{};  // channels_last (None) or channels_first: (batch, C, T)
  Size1D dilation_rate = 1;
  Index groups = 1;
  wavetrain::Activation activation{};
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;

 private:
  Tensor lower_series(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
