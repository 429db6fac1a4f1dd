// ZeroPadding1D: zeros in front of and behind the series, as keras.layers.ZeroPadding1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, left + T + right, C)
//   mask    dropped
#pragma once

#include "wavetrain/layer.hpp"
#include "wavetrain/sides.hpp"

namespace wavetrain::layers {

struct ZeroPadding1D {
  Sides1D padding = 1;  // on both sides, or {left, right}
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
