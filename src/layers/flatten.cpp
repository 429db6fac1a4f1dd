#include "wavetrain/layers/flatten.hpp"

#include "graph/ops/reshape.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& Flatten::description() {
  static const Description instance = Describe<Flatten>("Flatten", "keras.layers")
                                          .field("data_format", &Flatten::data_format, data_format_check())
                                          .layer_fields();
  return instance;
}

Tensor Flatten::lower(Lowering& graph, Tensor x) const {
  if (is_channels_first(data_format) && graph.shape(x).rank() > 2) x = channels_to_back(graph, x);
  return {graph.apply(ops::Reshape(Shape{kNone}), {x}).value, kNoValue};
}

}  // namespace wavetrain::layers
