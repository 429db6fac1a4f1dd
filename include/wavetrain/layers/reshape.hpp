// Reshape: the same values under another shape, as keras.layers.Reshape of Keras 3.15.1.
//
//   input   (batch, ...), any sizes
//   output  (batch, target_shape...); one entry may be -1 and is worked out
//   mask    dropped
//
// Throws ValueError when the number of values differs, for more than one -1 and for entries below -1.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Reshape {
  Required<std::vector<Index>> target_shape;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
