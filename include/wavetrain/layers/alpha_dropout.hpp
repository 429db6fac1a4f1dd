// AlphaDropout: dropout that keeps mean and variance of selu's values, as keras.layers.AlphaDropout of Keras 3.15.1.
//
//   input, output  any shape
//   mask           passed on
//
// While training a value is kept with probability 1 - rate, else becomes -1.7581, selu's lowest; an affine map follows.
// `noise_shape` (with the batch first; None takes the dimension of the input) shares one draw along its dimensions of size 1.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct AlphaDropout {
  Required<double> rate;
  std::optional<std::vector<std::optional<Index>>> noise_shape{};
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
