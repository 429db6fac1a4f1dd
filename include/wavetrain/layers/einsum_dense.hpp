// EinsumDense: a dense layer whose product is an einsum, as keras.layers.EinsumDense of Keras 3.15.1.
//
//   equation  "ab,bc->ac", "...x,xy->...y" or "ab...,bc->ac...": input, kernel -> output, the batch first
//   input     as the equation has it
//   output    (batch, output_shape...), entries of axes that the ellipsis stands for left out; None where the input's size counts
//   weights   kernel; bias, of the output's axes named in bias_axes and 1 for others behind the first of them
//   mask      dropped
//
// Throws ValueError for an equation of another form, and for sizes that do not go together.
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"
#include "wavetrain/optional_dims.hpp"

namespace wavetrain::layers {

struct EinsumDense {
  Required<std::string> equation;
  Required<OptionalDims> output_shape;
  wavetrain::Activation activation{};
  std::optional<std::string> bias_axes{};
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};
  Regularizer activity_regularizer{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
