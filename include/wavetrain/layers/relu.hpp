// ReLU with its variants, as keras.layers.ReLU of Keras 3.15.1.
//
//   input, output  any shape: x where x > threshold, else negative_slope · (x - threshold); at most max_value
//   mask           passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct ReLU {
  std::optional<double> max_value{};
  double negative_slope = 0.0;
  double threshold = 0.0;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
