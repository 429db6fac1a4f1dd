// ELU, as keras.layers.ELU of Keras 3.15.1: x where x > 0, else alpha · (exp(x) - 1).
//
//   input, output  any shape
//   mask           passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct ELU {
  double alpha = 1.0;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
