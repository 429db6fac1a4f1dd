#include "wavetrain/layers/identity.hpp"

namespace wavetrain::layers {

const Description& Identity::description() {
  static const Description instance = Describe<Identity>("Identity", "keras.layers").layer_fields();
  return instance;
}

Tensor Identity::lower(Lowering&, Tensor x) const { return x; }

}  // namespace wavetrain::layers
