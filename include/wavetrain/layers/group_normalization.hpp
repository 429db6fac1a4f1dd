// GroupNormalization, as keras.layers.GroupNormalization of Keras 3.15.1.
//
//   input, output  any rank >= 2: gamma · (x - mean) / sqrt(variance + epsilon) + beta, mean and (biased) variance over all of a
//                  sample's values that belong to one group of neighbouring channels
//   weights        gamma, beta: the size of `axis`
//   mask           passed on
//
// groups = -1 means one group per channel. Throws ValueError when the channels are no multiple of groups.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct GroupNormalization {
  Index groups = 32;
  Index axis = -1;
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
