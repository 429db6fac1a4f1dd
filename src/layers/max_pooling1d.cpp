#include "wavetrain/layers/max_pooling1d.hpp"

#include "graph/ops/pool1d.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& MaxPooling1D::description() {
  static const Description instance = Describe<MaxPooling1D>("MaxPooling1D", "keras.layers")
                                          .field("pool_size", &MaxPooling1D::pool_size, positive())
                                          .field("strides", &MaxPooling1D::strides, positive())
                                          .field("padding", &MaxPooling1D::padding, one_of({"valid", "same"}))
                                          .field("data_format", &MaxPooling1D::data_format, data_format_check())
                                          .layer_fields();
  return instance;
}

Tensor MaxPooling1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::Pool1D op;
  op.kind = ops::PoolKind::max;
  op.size = Size1D(pool_size);
  op.stride = strides.value_or(Size1D(pool_size));
  op.padding = ops::parse_padding(padding);
  return with_data_format(graph, x, data_format, [&](Tensor series) { return graph.apply(op, {series}); });
}

}  // namespace wavetrain::layers
