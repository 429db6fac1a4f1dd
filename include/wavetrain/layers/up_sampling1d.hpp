// UpSampling1D: every step repeated, as keras.layers.UpSampling1D of Keras 3.15.1.
//
//   input   (batch, T, C)
//   output  (batch, size · T, C)
//   mask    dropped
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct UpSampling1D {
  Index size = 2;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
