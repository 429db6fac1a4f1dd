// Discretization: numbers as bins, as keras.layers.Discretization of Keras 3.15.1.
//
//   input   any shape
//   output  int: the same shape, bin i for bin_boundaries[i - 1] <= x < bin_boundaries[i]
//           one_hot, multi_hot, count: the bins encoded as CategoryEncoding does
//   mask    dropped
//
// The boundaries are an argument, or `adapt` finds num_bins - 1 of them from the quantiles of data, by a sketch that is
// accurate to epsilon. There are no weights: the boundaries are part of the settings. No gradient goes through.
// Throws ValueError when both or neither of bin_boundaries and num_bins are given, and before adapt.
#pragma once

#include "wavetrain/array.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Discretization {
  std::optional<std::vector<double>> bin_boundaries{};
  std::optional<Index> num_bins{};
  double epsilon = 0.01;
  std::string output_mode = "int";  // int, one_hot, multi_hot or count
  bool sparse = false;              // accepted; results are dense

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  // Throws ValueError for a layer that was given its boundaries or is in a model already.
  void adapt(const DataView& data, bool built = false);

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
