// Dropout: zeroes values at random while training, as keras.layers.Dropout of Keras 3.15.1.
//
//   input, output  any shape
//   mask           passed on
//
// A value is kept with probability 1 - rate and then multiplied by 1 / (1 - rate). `noise_shape` (with the batch first; None
// takes the dimension of the input) shares one draw along its dimensions of size 1.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Dropout {
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
