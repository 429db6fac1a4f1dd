#include "wavetrain/layers/gaussian_dropout.hpp"

#include <cmath>

#include "graph/ops/noise.hpp"

namespace wavetrain::layers {

const Description& GaussianDropout::description() {
  static const Description instance = Describe<GaussianDropout>("GaussianDropout", "keras.layers")
                                          .field("rate", &GaussianDropout::rate, in_range(0, 1))
                                          .field("seed", &GaussianDropout::seed)
                                          .layer_fields();
  return instance;
}

Tensor GaussianDropout::lower(Lowering& graph, Tensor x) const {
  if (rate.get() == 0) return x;
  if (rate.get() == 1) graph.fail("rate=1 gives noise of infinite deviation");
  ops::Noise op;
  op.kind = ops::NoiseKind::gaussian_factor;
  op.amount = std::sqrt(rate / (1 - rate));
  graph.use_seed(seed);
  return Lowering::with_mask_of(graph.apply(op, {x}), x);
}

}  // namespace wavetrain::layers
