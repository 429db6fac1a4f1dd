// Flatten: all values of a sample in one row, as keras.layers.Flatten of Keras 3.15.1.
//
//   input   (batch, ...)
//   output  (batch, product of the rest); (batch,) becomes (batch, 1)
//   mask    dropped
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Flatten {
  std::optional<std::string> data_format{};  // channels_last (None) or channels_first

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
