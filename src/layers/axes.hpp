// Axes of a sample as a layer's argument.
#pragma once

#include "wavetrain/axes.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

// As bits, 1 << axis, the batch counted as 0. Throws ValueError for axes that the input does not have, and for the batch.
std::uint32_t sample_axes(const Lowering& graph, Tensor x, const Axes& axis);
// The sizes of these axes, ascending. Throws ValueError when one is open.
Shape sizes_of(const Lowering& graph, Tensor x, std::uint32_t axes);

}  // namespace wavetrain::layers
