#include "wavetrain/layers/cropping1d.hpp"

#include <fmt/format.h>

#include "graph/ops/resample.hpp"

namespace wavetrain::layers {

const Description& Cropping1D::description() {
  static const Description instance = Describe<Cropping1D>("Cropping1D", "keras.layers")
                                          .field("cropping", &Cropping1D::cropping, non_negative())
                                          .layer_fields();
  return instance;
}

Tensor Cropping1D::lower(Lowering& graph, Tensor x) const {
  const Shape& shape = graph.require_rank(x, 3, false);
  if (shape[1] >= 0 && cropping.left + cropping.right >= shape[1]) {
    graph.fail(
        fmt::format("`cropping` parameter of `Cropping1D` layer must be smaller than the input length. Received: "
                    "input_shape={}, cropping=({}, {})",
                    to_string(shape), cropping.left, cropping.right));
  }
  ops::Resample op;
  op.before = -cropping.left;
  op.after = -cropping.right;
  return graph.apply(op, {x});
}

}  // namespace wavetrain::layers
