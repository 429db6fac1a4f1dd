// DepthwiseConv1D: every channel convolved with kernels of its own, as keras.layers.DepthwiseConv1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, T_out, C · depth_multiplier), T_out as of Conv1D; output channel c · depth_multiplier + j comes from
//           input channel c
//   y[t, c·m + j] = activation(bias[c·m + j] + sum over k of x[t · strides + k · dilation_rate, c] · kernel[k, c, j])
//   weights kernel (kernel_size, C, depth_multiplier), bias (C · depth_multiplier)
//   mask    dropped
//
// Throws ValueError when the output would have no steps.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct DepthwiseConv1D {
  Required<Size1D> kernel_size;
  Size1D strides = 1;
  std::string padding = "valid";  // valid or same
  Index depth_multiplier = 1;
  std::optional<std::string> data_format{};
  Size1D dilation_rate = 1;
  wavetrain::Activation activation{};
  bool use_bias = true;
  Initializer depthwise_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer depthwise_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint depthwise_constraint{};
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
