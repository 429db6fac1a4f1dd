// Conv1DTranspose: the transpose of a convolution, as keras.layers.Conv1DTranspose of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, L, filters); with k = (kernel_size - 1) · dilation_rate + 1 and p = output_padding
//             valid  L = (T - 1) · strides + k + p, or + max(k, strides) without output_padding
//             same   L = (T - 1) · strides + k % 2 + p, or T · strides without output_padding
//   Step t of x adds x[t] · kernel[j]ᵀ to step t · strides + j · dilation_rate - cut; `valid` cuts nothing, `same` about half
//   of what the kernel reaches beyond (graph/ops/conv1d_transpose.cpp has the rule). Then come bias and activation.
//   weights kernel (kernel_size, filters, C), output channels before input channels; bias (filters)
//   mask    dropped
//
// Throws ValueError when output_padding is not below strides, and when strides and dilation_rate are both above 1.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Conv1DTranspose {
  Required<Index> filters;
  Required<Size1D> kernel_size;
  Size1D strides = 1;
  std::string padding = "valid";  // valid or same
  std::optional<Size1D> output_padding{};
  std::optional<std::string> data_format{};
  Size1D dilation_rate = 1;
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
};

}  // namespace wavetrain::layers
