// Permute: the axes of a sample in another order, as keras.layers.Permute of Keras 3.15.1.
//
//   input   (batch, d1, ..., dn)
//   output  axis i is axis dims[i - 1] of the input; axes count from 1, the batch stays in front
//   mask    dropped
//
// Throws ValueError when dims is no permutation of 1 ... n, and for an input of another rank.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Permute {
  Required<std::vector<Index>> dims;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
