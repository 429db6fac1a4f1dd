// The noise_shape argument of Dropout and AlphaDropout.
#pragma once

#include <optional>
#include <vector>

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

using NoiseShape = std::optional<std::vector<std::optional<Index>>>;

// As operations take it: rank 0 for none, kNone where the input's dimension counts. Throws ValueError.
Shape noise_shape_of(const Lowering& graph, Tensor x, const NoiseShape& noise_shape);

}  // namespace wavetrain::layers
