// SpectralNormalization, as keras.layers.SpectralNormalization of Keras 3.15.1: a layer with a weight of spectral
// norm 1.
//
//   input   what `layer` takes
//   output  what `layer` makes of it
//   weights the kernel (or embeddings) of `layer`, which is also in files below "layer"; vector_u (1, last dimension of
//   the
//           kernel), not trained; then those of `layer`
//
// With every batch of training the kernel, as a matrix of its last dimension's columns, is divided by an estimate of
// its largest singular value, and stays so: inference uses it as it is. Throws ValueError when power_iterations is not
// positive or `layer` has neither kernel nor embeddings.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct SpectralNormalization {
  Required<Layer> layer;
  Index power_iterations = 1;

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
