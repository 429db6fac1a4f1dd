// Softmax, as keras.layers.Softmax of Keras 3.15.1.
//
//   input, output  any shape: exp(x) / sum of exp(x) along `axis` (an int, or a list of ints over which the sum goes)
//   mask           passed on
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Softmax {
  Axes axis = -1;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
