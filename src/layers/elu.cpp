#include "wavetrain/layers/elu.hpp"

namespace wavetrain::layers {

const Description& ELU::description() {
  static const Description instance = Describe<ELU>("ELU", "keras.layers").field("alpha", &ELU::alpha).layer_fields();
  return instance;
}

Tensor ELU::lower(Lowering& graph, Tensor x) const {
  return graph.activate(x, wavetrain::Activation::elu(static_cast<float>(alpha)));
}

}  // namespace wavetrain::layers
