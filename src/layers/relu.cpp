#include "wavetrain/layers/relu.hpp"

namespace wavetrain::layers {

const Description& ReLU::description() {
  static const Description instance = Describe<ReLU>("ReLU", "keras.layers")
                                          .field("max_value", &ReLU::max_value, non_negative())
                                          .field("negative_slope", &ReLU::negative_slope, non_negative())
                                          .field("threshold", &ReLU::threshold, non_negative())
                                          .layer_fields();
  return instance;
}

Tensor ReLU::lower(Lowering& graph, Tensor x) const {
  return graph.activate(x, wavetrain::Activation::relu(max_value, negative_slope, threshold));
}

}  // namespace wavetrain::layers
