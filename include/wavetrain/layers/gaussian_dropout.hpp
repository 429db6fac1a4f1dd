// GaussianDropout: noise multiplied while training, as keras.layers.GaussianDropout of Keras 3.15.1.
//
//   input, output  any shape
//   mask           passed on
//
// y = x · n, n normal with mean 1 and deviation sqrt(rate / (1 - rate)).
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct GaussianDropout {
  Required<double> rate;
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
