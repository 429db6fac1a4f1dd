#include "wavetrain/layers/global_max_pooling1d.hpp"

#include "graph/ops/pool1d.hpp"
#include "layers/checks.hpp"

namespace wavetrain::layers {

const Description& GlobalMaxPooling1D::description() {
  static const Description instance =
      Describe<GlobalMaxPooling1D>("GlobalMaxPooling1D", "keras.layers")
          .field("data_format", &GlobalMaxPooling1D::data_format, one_of({"channels_last", "channels_first"}))
          .field("keepdims", &GlobalMaxPooling1D::keepdims)
          .layer_fields();
  return instance;
}

Tensor GlobalMaxPooling1D::lower(Lowering& graph, Tensor x) const {
  require_channels_last(graph, data_format);
  graph.require_rank(x, 3);
  ops::GlobalPool1D op;
  op.kind = ops::PoolKind::max;
  op.keepdims = keepdims;
  return graph.apply(op, {x});
}

}  // namespace wavetrain::layers
