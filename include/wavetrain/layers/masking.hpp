// Masking, as keras.layers.Masking of Keras 3.15.1: steps whose features all equal mask_value do not count.
//
//   input   (batch, T, C)
//   output  the same shape, zeros at the steps that do not count
//   mask    made here: (batch, T); layers behind it pass it on, use it or drop it, and a model's loss heeds it
//
// mask_value is compared as float32. A NaN equals nothing, so that it masks no step.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Masking {
  double mask_value = 0.0;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
