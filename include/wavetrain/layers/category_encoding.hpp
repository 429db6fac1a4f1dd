// CategoryEncoding: whole numbers as indicators, as keras.layers.CategoryEncoding of Keras 3.15.1.
//
//   input   tokens 0 ... num_tokens - 1, as floating point numbers; others encode to nothing
//   output  one_hot    (..., num_tokens), in place of a last dimension of size 1
//           multi_hot  (batch, ..., num_tokens) without axis 1: 1 where a token occurs along it
//           count      the same with how often it occurs
//   mask    dropped
//
// No gradient goes through.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct CategoryEncoding {
  Required<Index> num_tokens;
  std::string output_mode = "multi_hot";
  bool sparse = false;  // accepted; results are dense

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
