#include "layers/axes.hpp"

#include <fmt/format.h>

namespace wavetrain::layers {

std::uint32_t sample_axes(const Lowering& graph, Tensor x, const Axes& axis) {
  const Shape& shape = graph.shape(x);
  std::uint32_t bits = 0;
  try {
    bits = axis.bits(shape.rank());
  } catch (const ValueError&) {}
  if (bits == 0 || (bits & 1) != 0) {
    graph.fail(fmt::format("axis {} is not an axis of a sample of the input. Received: input_shape={}",
                           Codec<Axes>::to_config(axis).repr(), to_string(shape)));
  }
  return bits;
}

Shape sizes_of(const Lowering& graph, Tensor x, std::uint32_t axes) {
  const Shape& shape = graph.shape(x);
  Shape sizes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if ((axes >> axis & 1) == 0) continue;
    if (shape[axis] < 0) {
      graph.fail(
          fmt::format("axis {} of the input needs a known size. Received: input_shape={}", axis, to_string(shape)));
    }
    sizes.push_back(shape[axis]);
  }
  return sizes;
}

}  // namespace wavetrain::layers
