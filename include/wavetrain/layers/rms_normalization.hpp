// RMSNormalization, as keras.layers.RMSNormalization of Keras 3.15.1.
//
//   input, output  any rank >= 2: scale · x / sqrt(mean of x² over `axis` + epsilon)
//   weights        scale: the sizes of `axis`, ascending; it multiplies along the last axes, whichever `axis` names, and does
//                  not fit every input therefore
//   mask           dropped
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct RMSNormalization {
  Axes axis = -1;
  double epsilon = 1e-06;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
