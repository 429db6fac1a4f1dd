// GaussianNoise: noise added while training, as keras.layers.GaussianNoise of Keras 3.15.1.
//
//   input, output  any shape
//   mask           passed on
//
// y = x + n, n normal with mean 0 and deviation stddev.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct GaussianNoise {
  Required<double> stddev;
  std::optional<Index> seed{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
