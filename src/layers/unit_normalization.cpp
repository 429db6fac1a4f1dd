#include "wavetrain/layers/unit_normalization.hpp"

#include "graph/ops/group_normalize.hpp"
#include "layers/axes.hpp"

namespace wavetrain::layers {

const Description& UnitNormalization::description() {
  static const Description instance = Describe<UnitNormalization>("UnitNormalization", "keras.layers")
                                          .field("axis", &UnitNormalization::axis)
                                          .layer_fields();
  return instance;
}

Tensor UnitNormalization::lower(Lowering& graph, Tensor x) const {
  ops::GroupNormalize op;
  op.kind = ops::GroupNorm::unit;
  op.epsilon = 1e-24;
  op.reduced = sample_axes(graph, x, axis);
  return Lowering::with_mask_of(graph.apply(op, {x, Tensor{}, Tensor{}}), x);
}

}  // namespace wavetrain::layers
