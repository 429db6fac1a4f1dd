#include "wavetrain/layers/activation.hpp"

namespace wavetrain::layers {

const Description& Activation::description() {
  static const Description instance =
      Describe<Activation>("Activation", "keras.layers").field("activation", &Activation::activation).layer_fields();
  return instance;
}

Tensor Activation::lower(Lowering& graph, Tensor x) const { return graph.activate(x, activation); }

}  // namespace wavetrain::layers
