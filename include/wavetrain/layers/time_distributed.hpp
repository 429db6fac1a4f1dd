// TimeDistributed, as keras.layers.TimeDistributed of Keras 3.15.1: a layer applied to every step of a series.
//
//   input   (batch, T, ...)
//   output  (batch, T, what the layer makes of ...)
//   weights those of "layer"
//   mask    passed on; of the layers inside, BatchNormalization sees the mask of its step
//
// Steps are independent, with one set of weights; dropout draws anew for each. A BatchNormalization inside has
// statistics of its own at each step, and moves its averages on T times in a batch.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct TimeDistributed {
  Required<Layer> layer;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  std::vector<Sublayer> sublayers();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
