#include "wavetrain/layers/alpha_dropout.hpp"

#include "graph/ops/noise.hpp"
#include "layers/noise_shape.hpp"

namespace wavetrain::layers {

const Description& AlphaDropout::description() {
  static const Description instance = Describe<AlphaDropout>("AlphaDropout", "keras.layers")
                                          .field("rate", &AlphaDropout::rate, in_range(0, 1))
                                          .field("noise_shape", &AlphaDropout::noise_shape)
                                          .field("seed", &AlphaDropout::seed)
                                          .layer_fields();
  return instance;
}

Tensor AlphaDropout::lower(Lowering& graph, Tensor x) const {
  if (rate.get() == 0) return x;
  if (rate.get() == 1) graph.fail("rate=1 leaves nothing to restore mean and variance from");
  ops::Noise op;
  op.kind = ops::NoiseKind::alpha;
  op.amount = rate;
  op.noise_shape = noise_shape_of(graph, x, noise_shape);
  graph.use_seed(seed);
  return Lowering::with_mask_of(graph.apply(op, {x}), x);
}

}  // namespace wavetrain::layers
