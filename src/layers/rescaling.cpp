#include "wavetrain/layers/rescaling.hpp"

#include <algorithm>

#include "graph/ops/rescale.hpp"

namespace wavetrain::layers {

const Description& Rescaling::description() {
  static const Description instance = [] {
    Description d = Describe<Rescaling>("Rescaling", "keras.layers")
                        .field("scale", &Rescaling::scale)
                        .field("offset", &Rescaling::offset)
                        .layer_fields();
    d.fields[1].default_value = Config();  // so that files always hold it: Keras asks for it when it reads one
    return d;
  }();
  return instance;
}

Tensor Rescaling::lower(Lowering& graph, Tensor x) const {
  const Shape& input = graph.shape(x);
  const NumberArray shift = offset.has_value() ? offset : NumberArray(0.0);
  ops::Rescale op;
  for (int axis = 0; axis < input.rank(); ++axis) {
    Index size = 1;
    for (const NumberArray* numbers : {&scale.get(), &shift}) {
      const int missing = input.rank() - numbers->shape().rank();
      if (axis >= missing) size = std::max(size, numbers->shape()[axis - missing]);
    }
    op.over.push_back(size);
  }
  if (op.over[0] != 1) graph.fail("scale and offset must be the same for all samples");
  try {
    op.scale = ops::Constants(scale.get().broadcast_to(op.over));
    op.offset = ops::Constants(shift.broadcast_to(op.over));
  } catch (const ValueError& error) {
    graph.fail(error.what());
  }
  return Lowering::with_mask_of(graph.apply(std::move(op), {x}), x);
}

}  // namespace wavetrain::layers
