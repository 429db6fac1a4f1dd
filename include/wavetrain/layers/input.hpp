// Input: the shape of one sample, as keras.Input of Keras 3.15.1. Only as the first entry of a Sequential.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Input {
  OptionalShape shape{};  // without the batch; None for a dimension that may vary
  std::optional<Index> batch_size{};
  std::optional<std::string> dtype{};
  OptionalShape batch_shape{};  // with the batch; instead of `shape`

  std::string name{};

  static const Description& description();
  // (batch, ...) as declared. Throws ValueError when neither or both of shape and batch_shape are given.
  Shape full_shape() const;
};

}  // namespace wavetrain::layers
