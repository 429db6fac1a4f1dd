// MaxPooling1D: the largest value over windows along time, as keras.layers.MaxPooling1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, T_out, C), T_out = floor((T - pool_size) / strides) + 1 (valid) or ceil(T / strides) (same)
//   mask    dropped
//
// Padding never wins. Throws ValueError when the series is shorter than the pool (valid).
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct MaxPooling1D {
  Size1D pool_size = 2;
  std::optional<Size1D> strides{};           // pool_size when absent
  std::string padding = "valid";             // valid or same
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
