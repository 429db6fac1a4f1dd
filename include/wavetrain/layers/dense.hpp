// Dense: a product with a matrix along the last axis, as keras.layers.Dense of Keras 3.15.1.
//
//   input   (batch, ..., C)
//   output  (batch, ..., units)
//   y = activation(x · kernel + bias)
//   weights kernel (C, units), bias (units)
//   mask    passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Dense {
  Required<Index> units;
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
