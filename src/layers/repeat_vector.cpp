#include "wavetrain/layers/repeat_vector.hpp"

#include "graph/ops/resample.hpp"
#include "graph/ops/reshape.hpp"

namespace wavetrain::layers {

const Description& RepeatVector::description() {
  static const Description instance =
      Describe<RepeatVector>("RepeatVector", "keras.layers").field("n", &RepeatVector::n, positive()).layer_fields();
  return instance;
}

Tensor RepeatVector::lower(Lowering& graph, Tensor x) const {
  const Index channels = graph.require_rank(x, 2).back();
  ops::Resample op;
  op.repeat = n;
  return graph.apply(op, {graph.apply(ops::Reshape(Shape{1, channels}), {x})});
}

}  // namespace wavetrain::layers
