// ActivityRegularization: a penalty on what passes through, as keras.layers.ActivityRegularization of Keras 3.15.1.
//
//   input, output  any shape, unchanged; l1 Σ |x| + l2 Σ x², divided by the batch size, is added to the loss
//   mask           passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct ActivityRegularization {
  double l1 = 0.0;
  double l2 = 0.0;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
