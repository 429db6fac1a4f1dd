// LeakyReLU, as keras.layers.LeakyReLU of Keras 3.15.1: x where x > 0, else negative_slope · x.
//
//   input, output  any shape
//   mask           passed on
//
// The activation function of that name has another default, 0.2.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct LeakyReLU {
  double negative_slope = 0.3;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
