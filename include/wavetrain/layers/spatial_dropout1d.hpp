// SpatialDropout1D: whole channels zeroed at random while training, as keras.layers.SpatialDropout1D of Keras 3.15.1.
//
//   input, output  (batch, T, C): a channel of a sample is kept with probability 1 - rate, and then multiplied by 1 / (1 - rate)
//   mask           passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct SpatialDropout1D {
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
