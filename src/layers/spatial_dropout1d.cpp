#include "wavetrain/layers/spatial_dropout1d.hpp"

#include "graph/ops/dropout.hpp"

namespace wavetrain::layers {

const Description& SpatialDropout1D::description() {
  static const Description instance = Describe<SpatialDropout1D>("SpatialDropout1D", "keras.layers")
                                          .field("rate", &SpatialDropout1D::rate, in_range(0, 1))
                                          .field("seed", &SpatialDropout1D::seed)
                                          // Keras takes no `trainable` here.
                                          .field("name", &SpatialDropout1D::name)
                                          .field("dtype", &SpatialDropout1D::dtype)
                                          .field("input_shape", &SpatialDropout1D::input_shape);
  return instance;
}

Tensor SpatialDropout1D::lower(Lowering& graph, Tensor x) const {
  graph.require_rank(x, 3, false);
  if (rate.get() == 0) return x;
  ops::Dropout op;
  op.rate = rate;
  op.noise_shape = {kNone, 1, kNone};
  graph.use_seed(seed);
  return Lowering::with_mask_of(graph.apply(op, {x}), x);
}

}  // namespace wavetrain::layers
