#include "wavetrain/layers/prelu.hpp"

#include <fmt/format.h>

#include "graph/ops/prelu.hpp"

namespace wavetrain::layers {

const Description& PReLU::description() {
  static const Description instance = Describe<PReLU>("PReLU", "keras.layers")
                                          .field("alpha_initializer", &PReLU::alpha_initializer)
                                          .field("alpha_regularizer", &PReLU::alpha_regularizer)
                                          .field("alpha_constraint", &PReLU::alpha_constraint)
                                          .field("shared_axes", &PReLU::shared_axes)
                                          .layer_fields();
  return instance;
}

Tensor PReLU::lower(Lowering& graph, Tensor x) const {
  Shape shape = graph.shape(x).without_first();
  for (const Index axis : shared_axes.values()) {
    if (axis < 1 || axis > shape.rank()) {
      graph.fail(fmt::format("shared_axes must lie between 1 and {}. Received: {}", shape.rank(), axis));
    }
    shape[static_cast<int>(axis) - 1] = 1;
  }
  if (!shape.known()) {
    graph.fail(
        fmt::format("alpha needs a known shape; share it along the axes of open size with `shared_axes`. Received: "
                    "input_shape={}",
                    to_string(graph.shape(x))));
  }
  const Tensor alpha = graph.weight({.name = "alpha",
                                     .shape = shape,
                                     .initializer = alpha_initializer,
                                     .regularizer = alpha_regularizer,
                                     .constraint = alpha_constraint});
  return Lowering::with_mask_of(graph.apply(ops::PRelu(), {x, alpha}), x);
}

}  // namespace wavetrain::layers
