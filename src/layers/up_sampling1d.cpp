#include "wavetrain/layers/up_sampling1d.hpp"

#include "graph/ops/resample.hpp"

namespace wavetrain::layers {

const Description& UpSampling1D::description() {
  static const Description instance = Describe<UpSampling1D>("UpSampling1D", "keras.layers")
                                          .field("size", &UpSampling1D::size, positive())
                                          .layer_fields();
  return instance;
}

Tensor UpSampling1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  ops::Resample op;
  op.repeat = size;
  return graph.apply(op, {x});
}

}  // namespace wavetrain::layers
