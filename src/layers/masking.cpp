#include "wavetrain/layers/masking.hpp"

#include "graph/ops/mask.hpp"

namespace wavetrain::layers {

const Description& Masking::description() {
  static const Description instance =
      Describe<Masking>("Masking", "keras.layers").field("mask_value", &Masking::mask_value).layer_fields();
  return instance;
}

Tensor Masking::lower(Lowering& graph, Tensor x) const {
  graph.require_min_rank(x, 2);
  ops::StepMask op;
  op.value = mask_value;
  const Tensor mask = graph.apply(op, {x});
  return {graph.apply(ops::ApplyMask(), {x, mask}).value, mask.value};
}

}  // namespace wavetrain::layers
