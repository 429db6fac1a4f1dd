// RepeatVector: one vector as a series of n equal steps, as keras.layers.RepeatVector of Keras 3.15.1.
//
//   input   (batch, C)
//   output  (batch, n, C)
//   mask    dropped
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct RepeatVector {
  Required<Index> n;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
