// GlobalMaxPooling1D: the largest value over time, as keras.layers.GlobalMaxPooling1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, C), or (batch, 1, C) with keepdims
//   mask    ignored, and dropped
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct GlobalMaxPooling1D {
  std::optional<std::string> data_format{};  // channels_last (None) or channels_first
  bool keepdims = false;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
