// Normalization: features with mean 0 and deviation 1, as keras.layers.Normalization of Keras 3.15.1.
//
//   input, output  any shape: (x - mean) / max(sqrt(variance), 1e-7), or with `invert` the way back
//   weights        mean, variance (the sizes of `axis`, ascending) and count (one whole number, unused), none of them trained;
//                  no weights when mean and variance are arguments
//   mask           passed on
//
// `axis` lists the axes that keep a mean and a variance of their own, the batch counted as 0; none (`{}`, Python's None) means
// one of each for all values. They come from the arguments, from `adapt`, or from a file; until then mean is 0 and variance 1.
//
//     layers::Normalization scaled;
//     scaled.adapt(x_train);
//     Sequential model{scaled, layers::Dense{.units = 1}};
//
// Throws ValueError when only one of mean and variance is given, and for axes that the input does not have.
#pragma once

#include <string_view>

#include "wavetrain/array.hpp"
#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"
#include "wavetrain/number_array.hpp"

namespace wavetrain::layers {

struct Normalization {
  OptionalAxes axis = -1;
  NumberArray mean{};
  NumberArray variance{};
  bool invert = false;

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  // What adapt found; not an argument.
  Array adapted_mean{}, adapted_variance{};

  // Population mean and variance of `data`, the samples first, over all axes that are not kept.
  void adapt(const DataView& data, bool built = false);
  const Array* adapted(std::string_view weight) const;

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
