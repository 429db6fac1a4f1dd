#include "wavetrain/layers/adaptive_max_pooling1d.hpp"

#include "graph/ops/adaptive_pool1d.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& AdaptiveMaxPooling1D::description() {
  static const Description instance = Describe<AdaptiveMaxPooling1D>("AdaptiveMaxPooling1D", "keras.layers")
                                          .field("output_size", &AdaptiveMaxPooling1D::output_size, positive())
                                          .field("data_format", &AdaptiveMaxPooling1D::data_format, data_format_check())
                                          .layer_fields();
  return instance;
}

Tensor AdaptiveMaxPooling1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::AdaptivePool1D op;
  op.kind = ops::PoolKind::max;
  op.steps = output_size.get();
  return with_data_format(graph, x, data_format, [&](Tensor series) { return graph.apply(op, {series}); });
}

}  // namespace wavetrain::layers
