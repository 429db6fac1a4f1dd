#include "wavetrain/layers/global_average_pooling1d.hpp"

#include "graph/ops/pool1d.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& GlobalAveragePooling1D::description() {
  static const Description instance =
      Describe<GlobalAveragePooling1D>("GlobalAveragePooling1D", "keras.layers")
          .field("data_format", &GlobalAveragePooling1D::data_format, data_format_check())
          .field("keepdims", &GlobalAveragePooling1D::keepdims)
          .layer_fields();
  return instance;
}

Tensor GlobalAveragePooling1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::GlobalPool1D op;
  op.kind = ops::PoolKind::average;
  op.keepdims = keepdims;
  const Tensor mask = graph.mask(x);
  return with_data_format(graph, x, data_format, [&](Tensor series) { return graph.apply(op, {series, mask}); });
}

}  // namespace wavetrain::layers
