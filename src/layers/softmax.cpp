#include "wavetrain/layers/softmax.hpp"

#include <fmt/format.h>

#include "graph/ops/activation.hpp"

namespace wavetrain::layers {

const Description& Softmax::description() {
  static const Description instance =
      Describe<Softmax>("Softmax", "keras.layers").field("axis", &Softmax::axis).layer_fields();
  return instance;
}

Tensor Softmax::lower(Lowering& graph, Tensor x) const {
  const Shape& shape = graph.shape(x);
  const Index position = axis < 0 ? axis + shape.rank() : axis;
  if (position < 1 || position >= shape.rank()) {
    graph.fail(fmt::format("axis {} is not an axis of a sample of the input. Received input of shape {}", axis, to_string(shape)));
  }
  if (x.mask != kNoValue) {
    // Keras broadcasts it from the right, which a mask over time does not fit.
    graph.fail(fmt::format("the mask of shape {} that comes with the input does not fit an input of shape {}; "
                           "use Activation('softmax') or Dense(..., activation='softmax')",
                           to_string(graph.shape({x.mask, kNoValue})), to_string(shape)));
  }
  const ops::Activate softmax("softmax", static_cast<int>(position) - shape.rank());
  return Lowering::with_mask_of(graph.apply(softmax, {x}), x);
}

}  // namespace wavetrain::layers
