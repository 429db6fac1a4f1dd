// AveragePooling1D: the mean over windows along time, as keras.layers.AveragePooling1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, T_out, C), T_out = floor((T - pool_size) / strides) + 1 (valid) or ceil(T / strides) (same)
//   mask    dropped
//
// The mean is over the real samples of a window, padding does not count. Throws ValueError when the series is shorter than the pool (valid).
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct AveragePooling1D {
  Required<Size1D> pool_size;
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
