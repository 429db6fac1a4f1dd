// BatchNormalization, as keras.layers.BatchNormalization of Keras 3.15.1.
//
//   input   any rank >= 2; statistics are per position of `axis`, over all other axes
//   output  the same shape: gamma · (x - mean) / sqrt(variance + epsilon) + beta
//   weights gamma, beta, moving_mean, moving_variance, each of the size of `axis`
//   mask    passed on
//
// In training, mean and variance (divided by n, not n - 1) are those of the batch, and the moving ones follow:
// moving = moving · momentum + batch · (1 - momentum). In inference, and always when `trainable` is false, the moving ones
// are used.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct BatchNormalization {
  Index axis = -1;
  double momentum = 0.99;
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};
  bool synchronized = false;  // one process: nothing to synchronise with

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
