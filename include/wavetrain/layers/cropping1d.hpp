// Cropping1D: steps cut off both ends, as keras.layers.Cropping1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, T - left - right, C)
//   mask    dropped
//
// Throws ValueError when nothing would be left.
#pragma once

#include "wavetrain/layer.hpp"
#include "wavetrain/sides.hpp"

namespace wavetrain::layers {

struct Cropping1D {
  Sides1D cropping = 1;  // on both sides, or {left, right}

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
