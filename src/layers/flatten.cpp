#include "wavetrain/layers/flatten.hpp"

#include "graph/ops/reshape.hpp"
#include "layers/checks.hpp"

namespace wavetrain::layers {

const Description& Flatten::description() {
  static const Description instance =
      Describe<Flatten>("Flatten", "keras.layers")
          .field("data_format", &Flatten::data_format, one_of({"channels_last", "channels_first"}))
          .layer_fields();
  return instance;
}

Tensor Flatten::lower(Lowering& graph, Tensor x) const {
  require_channels_last(graph, data_format);
  return {graph.apply(ops::Reshape(Shape{kNone}), {x}).value, kNoValue};
}

}  // namespace wavetrain::layers
