#include "wavetrain/layers/reshape.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/reshape.hpp"

namespace wavetrain::layers {

const Description& Reshape::description() {
  static const Description instance =
      Describe<Reshape>("Reshape", "keras.layers").field("target_shape", &Reshape::target_shape).layer_fields();
  return instance;
}

Tensor Reshape::lower(Lowering& graph, Tensor x) const {
  Shape target;
  for (const Index dim : target_shape.get()) {
    if (dim < -1) {
      graph.fail(
          fmt::format("Each dimension in `target_shape` must be a non-negative integer, or `-1` for a single unknown "
                      "dimension. Received: target_shape={}.",
                      Codec<std::vector<Index>>::to_config(target_shape.get()).repr()));
    }
    target.push_back(dim < 0 ? kNone : dim);
  }
  if (std::count(target.begin(), target.end(), kNone) > 1) {
    graph.fail(
        fmt::format("There must be at most one unknown dimension (-1) in `target_shape`. Received: target_shape={}.",
                    Codec<std::vector<Index>>::to_config(target_shape.get()).repr()));
  }
  return graph.apply(ops::Reshape(target), {x});
}

}  // namespace wavetrain::layers
