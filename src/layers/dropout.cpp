#include "wavetrain/layers/dropout.hpp"

#include <fmt/format.h>

#include "graph/ops/dropout.hpp"

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
  if (noise_shape) {
    if (static_cast<int>(noise_shape->size()) != graph.shape(x).rank()) {
      graph.fail(fmt::format("noise_shape must have one entry per dimension of the input, the batch included. Received: "
                             "noise_shape with {} entries for an input of shape {}",
                             noise_shape->size(), to_string(graph.shape(x))));
    }
    for (const auto& dim : *noise_shape) op.noise_shape.push_back(dim.value_or(kNone));
  }
  graph.use_seed(seed);
  return Lowering::with_mask_of(graph.apply(op, {x}), x);
}

}  // namespace wavetrain::layers
