// SeparableConv1D: a depthwise convolution followed by a 1 × 1 one, as keras.layers.SeparableConv1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, T_out, filters), T_out as of Conv1D; strides, padding and dilation_rate are those of the first step
//   weights depthwise_kernel (kernel_size, C, depth_multiplier), pointwise_kernel (1, C · depth_multiplier, filters),
//           bias (filters)
//   mask    dropped
//
// Throws ValueError when the output would have no steps.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct SeparableConv1D {
  Required<Index> filters;
  Required<Size1D> kernel_size;
  Size1D strides = 1;
  std::string padding = "valid";  // valid or same
  std::optional<std::string> data_format{};
  Size1D dilation_rate = 1;
  Index depth_multiplier = 1;
  wavetrain::Activation activation{};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer pointwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer{};
  Regularizer pointwise_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint depthwise_constraint{};
  Constraint pointwise_constraint{};
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
