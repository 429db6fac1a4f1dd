// LayerNormalization, as keras.layers.LayerNormalization of Keras 3.15.1.
//
//   input, output  any rank >= 2: gamma · (x - mean) / sqrt(variance + epsilon) + beta, mean and (biased) variance over `axis`
//                  for every other position
//   weights        gamma, beta: the sizes of `axis`, ascending
//   mask           passed on
//
// With `rms_scaling`, which Keras deprecates, the mean is not subtracted and there is no beta.
// Throws ValueError for axes that the input does not have, the batch among them.
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct LayerNormalization {
  Axes axis = -1;
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};
  bool rms_scaling = false;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
