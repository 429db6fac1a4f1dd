#include "wavetrain/layers/average_pooling1d.hpp"

#include "graph/ops/pool1d.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& AveragePooling1D::description() {
  static const Description instance = Describe<AveragePooling1D>("AveragePooling1D", "keras.layers")
                                          .field("pool_size", &AveragePooling1D::pool_size, positive())
                                          .field("strides", &AveragePooling1D::strides, positive())
                                          .field("padding", &AveragePooling1D::padding, one_of({"valid", "same"}))
                                          .field("data_format", &AveragePooling1D::data_format, data_format_check())
                                          .layer_fields();
  return instance;
}

Tensor AveragePooling1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::Pool1D op;
  op.kind = ops::PoolKind::average;
  op.size = Size1D(pool_size);
  op.stride = strides.value_or(Size1D(pool_size));
  op.padding = ops::parse_padding(padding);
  return with_data_format(graph, x, data_format, [&](Tensor series) { return graph.apply(op, {series}); });
}

}  // namespace wavetrain::layers
