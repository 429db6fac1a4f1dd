#include "wavetrain/layers/spectral_normalization.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/spectral_normalize.hpp"

namespace wavetrain::layers {

const Description& SpectralNormalization::description() {
  static const Description instance =
      Describe<SpectralNormalization>("SpectralNormalization", "keras.layers")
          .field("layer", &SpectralNormalization::layer)
          .field("power_iterations", &SpectralNormalization::power_iterations, positive())
          .layer_fields();
  return instance;
}

std::vector<Sublayer> SpectralNormalization::sublayers() { return {{"layer", layer}}; }

Tensor SpectralNormalization::lower(Lowering& graph, Tensor x) const {
  (void)graph.mask(x);
  const Layer& child = graph.sublayer(0);
  if (!child.built()) {  // its weights have to be there first
    Graph other;
    Lowering lowering(other);
    child.lower(lowering, {other.add_input(graph.shape(x)), kNoValue});
  }
  const auto& weights = child.own_variables();
  const auto kernel = std::find_if(weights.begin(), weights.end(), [](const Variable& weight) {
    return weight.group().empty() && (weight.name() == "kernel" || weight.name() == "embeddings");
  });
  if (kernel == weights.end()) {
    graph.fail(fmt::format("{} object has no attribute 'kernel' nor 'embeddings'", child.class_name()));
  }
  ops::SpectralNormalize op;
  op.columns = kernel->shape().back();
  op.rows = op.columns > 0 ? kernel->size() / op.columns : 0;
  op.iterations = power_iterations;
  const Tensor weight = graph.share(child, *kernel);
  const Tensor u = graph.weight({.name = "vector_u",
                                 .shape = {1, op.columns},
                                 .initializer = initializers::TruncatedNormal{.stddev = 0.02},
                                 .trainable = false});
  return child.lower(graph, Lowering::with_mask_of(graph.apply(op, {x}, {weight, u}), x));
}

}  // namespace wavetrain::layers
