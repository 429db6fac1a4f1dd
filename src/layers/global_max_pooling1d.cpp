#include "wavetrain/layers/global_max_pooling1d.hpp"

#include "graph/ops/pool1d.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& GlobalMaxPooling1D::description() {
  static const Description instance = Describe<GlobalMaxPooling1D>("GlobalMaxPooling1D", "keras.layers")
                                          .field("data_format", &GlobalMaxPooling1D::data_format, data_format_check())
                                          .field("keepdims", &GlobalMaxPooling1D::keepdims)
                                          .layer_fields();
  return instance;
}

Tensor GlobalMaxPooling1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::GlobalPool1D op;
  op.kind = ops::PoolKind::max;
  op.keepdims = keepdims;
  return with_data_format(graph, x, data_format, [&](Tensor series) { return graph.apply(op, {series}); });
}

}  // namespace wavetrain::layers
