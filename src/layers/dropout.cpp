#include "wavetrain/layers/dropout.hpp"

#include "graph/ops/dropout.hpp"
#include "layers/noise_shape.hpp"

namespace wavetrain::layers {

const Description& Dropout::description() {
  static const Description instance = Describe<Dropout>("Dropout", "keras.layers")
                                          .field("rate", &Dropout::rate, in_range(0, 1))
                                          .field("noise_shape", &Dropout::noise_shape)
                                          .field("seed", &Dropout::seed)
                                          .layer_fields();
  return instance;
}

Tensor Dropout::lower(Lowering& graph, Tensor x) const {
  if (rate.get() == 0) return x;
  ops::Dropout op;
  op.rate = rate;
  op.noise_shape = noise_shape_of(graph, x, noise_shape);
  graph.use_seed(seed);
  return Lowering::with_mask_of(graph.apply(op, {x}), x);
}

}  // namespace wavetrain::layers
