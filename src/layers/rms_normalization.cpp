#include "wavetrain/layers/rms_normalization.hpp"

#include <fmt/format.h>

#include "graph/ops/group_normalize.hpp"
#include "layers/axes.hpp"

namespace wavetrain::layers {

const Description& RMSNormalization::description() {
  static const Description instance = Describe<RMSNormalization>("RMSNormalization", "keras.layers")
                                          .field("axis", &RMSNormalization::axis)
                                          .field("epsilon", &RMSNormalization::epsilon)
                                          .layer_fields();
  return instance;
}

Tensor RMSNormalization::lower(Lowering& graph, Tensor x) const {
  ops::GroupNormalize op;
  op.kind = ops::GroupNorm::rms;
  op.epsilon = epsilon;
  op.reduced = sample_axes(graph, x, axis);
  // Keras gives the scale the sizes of `axis` and lays it along the last axes, where a size of 1 stretches. A scale that
  // would stretch the input is refused: Keras says that the output has the shape of the input, and returns another one.
  const Shape& input = graph.shape(x);
  const Shape shape = sizes_of(graph, x, op.reduced);
  for (int i = 1; i <= shape.rank(); ++i) {
    if (shape[-i] == 1) continue;
    if (shape[-i] != input[-i]) {
      graph.fail(
          fmt::format("the scale of shape {} does not fit the last dimensions of the input. Received: input_shape={}",
                      to_string(shape), to_string(input)));
    }
    op.parameters |= std::uint32_t{1} << (input.rank() - i);
  }
  for (int i = 1; i < input.rank(); ++i) {  // where it stretches it still is a parameter
    if (input[i] == 1) op.parameters |= op.reduced & std::uint32_t{1} << i;
  }
  const Tensor scale = graph.weight({.name = "scale", .shape = shape, .initializer = "ones"});
  return graph.apply(op, {x, scale, Tensor{}});
}

}  // namespace wavetrain::layers
