// Identity: hands its input on, as keras.layers.Identity of Keras 3.15.1.
//
//   input, output  any shape
//   mask           passed on
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Identity {
  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
