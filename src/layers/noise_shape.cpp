#include "layers/noise_shape.hpp"

#include <fmt/format.h>

namespace wavetrain::layers {

Shape noise_shape_of(const Lowering& graph, Tensor x, const NoiseShape& noise_shape) {
  Shape shape;
  if (!noise_shape) return shape;
  if (static_cast<int>(noise_shape->size()) != graph.shape(x).rank()) {
    graph.fail(
        fmt::format("noise_shape must have one entry per dimension of the input, the batch included. Received: "
                    "noise_shape with {} entries for an input of shape {}",
                    noise_shape->size(), to_string(graph.shape(x))));
  }
  for (const auto& dim : *noise_shape) {
    if (dim && *dim <= 0) {
      graph.fail(
          fmt::format("Invalid value received for argument `noise_shape`. Expected all dimensions to be positive "
                      "integers or None. Received negative or zero value: {}",
                      *dim));
    }
    shape.push_back(dim.value_or(kNone));
  }
  return shape;
}

}  // namespace wavetrain::layers
