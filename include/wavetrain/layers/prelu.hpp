// PReLU, as keras.layers.PReLU of Keras 3.15.1: x where x > 0, else alpha · x with a trained alpha.
//
//   input, output  (batch, d1, ..., dn)
//   weights        alpha (d1, ..., dn), with 1 for each axis in shared_axes, which count from 1: a series of open length needs
//                  shared_axes = {1}
//   mask           passed on
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct PReLU {
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer{};
  Constraint alpha_constraint{};
  OptionalAxes shared_axes{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
