// Activation: a function of keras.activations as a layer, as keras.layers.Activation of Keras 3.15.1.
//
//   input, output  any shape
//   mask           passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Activation {
  Required<wavetrain::Activation> activation;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
