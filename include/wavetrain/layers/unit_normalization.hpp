// UnitNormalization, as keras.layers.UnitNormalization of Keras 3.15.1.
//
//   input, output  any rank >= 2: x / max(‖x‖ over `axis`, 1e-12)
//   mask           passed on
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct UnitNormalization {
  Axes axis = -1;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
