#include "wavetrain/layers/zero_padding1d.hpp"

#include "graph/ops/resample.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& ZeroPadding1D::description() {
  static const Description instance = Describe<ZeroPadding1D>("ZeroPadding1D", "keras.layers")
                                          .field("padding", &ZeroPadding1D::padding, non_negative())
                                          .field("data_format", &ZeroPadding1D::data_format, data_format_check())
                                          .layer_fields();
  return instance;
}

Tensor ZeroPadding1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::Resample op;
  op.before = padding.left;
  op.after = padding.right;
  return with_data_format(graph, x, data_format, [&](Tensor series) { return graph.apply(op, {series}); });
}

}  // namespace wavetrain::layers
