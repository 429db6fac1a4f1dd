#include "wavetrain/layers/leaky_relu.hpp"

namespace wavetrain::layers {

const Description& LeakyReLU::description() {
  static const Description instance =
      Describe<LeakyReLU>("LeakyReLU", "keras.layers")
          .field("negative_slope", &LeakyReLU::negative_slope, non_negative(), {"alpha"})
          .layer_fields();
  return instance;
}

Tensor LeakyReLU::lower(Lowering& graph, Tensor x) const {
  return graph.activate(x, wavetrain::Activation::leaky_relu(static_cast<float>(negative_slope)));
}

}  // namespace wavetrain::layers
