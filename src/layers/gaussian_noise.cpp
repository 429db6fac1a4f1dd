#include "wavetrain/layers/gaussian_noise.hpp"

#include "graph/ops/noise.hpp"

namespace wavetrain::layers {

const Description& GaussianNoise::description() {
  static const Description instance = Describe<GaussianNoise>("GaussianNoise", "keras.layers")
                                          .field("stddev", &GaussianNoise::stddev, in_range(0, 1))
                                          .field("seed", &GaussianNoise::seed)
                                          .layer_fields();
  return instance;
}

Tensor GaussianNoise::lower(Lowering& graph, Tensor x) const {
  if (stddev.get() == 0) return x;
  ops::Noise op;
  op.kind = ops::NoiseKind::gaussian;
  op.amount = stddev;
  graph.use_seed(seed);
  return Lowering::with_mask_of(graph.apply(op, {x}), x);
}

}  // namespace wavetrain::layers
