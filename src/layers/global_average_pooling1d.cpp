#include "wavetrain/layers/global_average_pooling1d.hpp"

#include "graph/ops/pool1d.hpp"
#include "layers/checks.hpp"

namespace wavetrain::layers {

const Description& GlobalAveragePooling1D::description() {
  static const Description instance =
      Describe<GlobalAveragePooling1D>("GlobalAveragePooling1D", "keras.layers")
          .field("data_format", &GlobalAveragePooling1D::data_format, one_of({"channels_last", "channels_first"}))
          .field("keepdims", &GlobalAveragePooling1D::keepdims)
          .layer_fields();
  return instance;
}

Tensor GlobalAveragePooling1D::lower(Lowering& graph, Tensor x) const {
  require_channels_last(graph, data_format);
  graph.require_rank(x, 3);
  ops::GlobalPool1D op;
  op.kind = ops::PoolKind::average;
  op.keepdims = keepdims;
  return graph.apply(op, {x, graph.mask(x)});
}

}  // namespace wavetrain::layers
