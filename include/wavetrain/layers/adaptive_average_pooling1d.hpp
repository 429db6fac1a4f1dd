// AdaptiveAveragePooling1D: pooling to a given number of steps, as keras.layers.AdaptiveAveragePooling1D of Keras 3.15.1.
//
//   input   (batch, T, C), T known
//   output  (batch, output_size, C); step i pools the steps from floor(i · T / output_size) to
//           ceil((i + 1) · T / output_size) - 1
//   mask    dropped
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct AdaptiveAveragePooling1D {
  Required<Size1D> output_size;
  std::optional<std::string> data_format{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
