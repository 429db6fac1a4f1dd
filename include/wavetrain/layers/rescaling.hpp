// Rescaling, as keras.layers.Rescaling of Keras 3.15.1: x · scale + offset.
//
//   input, output  any shape; lists are broadcast from the right, so {a, b, c} belongs to three channels
//   mask           passed on
//
// Throws ValueError when scale or offset does not fit the input.
#pragma once

#include "wavetrain/layer.hpp"
#include "wavetrain/number_array.hpp"

namespace wavetrain::layers {

struct Rescaling {
  Required<NumberArray> scale;
  NumberArray offset = 0.0;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
