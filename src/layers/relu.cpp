#include "wavetrain/layers/relu.hpp"

#include <limits>

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
  const auto largest = static_cast<float>(max_value.value_or(std::numeric_limits<double>::infinity()));
  return graph.activate(
      x, wavetrain::Activation::relu(static_cast<float>(negative_slope), largest, static_cast<float>(threshold)));
}

}  // namespace wavetrain::layers
