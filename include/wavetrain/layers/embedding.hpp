// Embedding, as keras.layers.Embedding of Keras 3.15.1: a trained row of numbers for each of input_dim symbols.
//
//   input   (batch, ...) of whole numbers in [0, input_dim), as any number type; fractions are cut off
//   output  (batch, ..., output_dim)
//   weight  embeddings (input_dim, output_dim)
//   mask    with mask_zero made here: number 0 does not count
//
// Throws ValueError while running when a number is out of range (Keras: TensorFlow refuses it, JAX gives NaN).
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Embedding {
  Required<Index> input_dim;
  Required<Index> output_dim;
  Initializer embeddings_initializer = "uniform";
  Regularizer embeddings_regularizer{};
  Regularizer activity_regularizer{};
  Constraint embeddings_constraint{};
  bool mask_zero = false;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
