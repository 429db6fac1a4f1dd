#include "wavetrain/layers/activity_regularization.hpp"

namespace wavetrain::layers {

const Description& ActivityRegularization::description() {
  static const Description instance = Describe<ActivityRegularization>("ActivityRegularization", "keras.layers")
                                          .field("l1", &ActivityRegularization::l1)
                                          .field("l2", &ActivityRegularization::l2)
                                          .layer_fields();
  return instance;
}

Tensor ActivityRegularization::lower(Lowering& graph, Tensor x) const {
  graph.penalize(x, regularizers::L1L2{.l1 = l1, .l2 = l2});
  return x;
}

}  // namespace wavetrain::layers
