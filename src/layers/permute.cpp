#include "wavetrain/layers/permute.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/permute.hpp"

namespace wavetrain::layers {

const Description& Permute::description() {
  static const Description instance =
      Describe<Permute>("Permute", "keras.layers").field("dims", &Permute::dims).layer_fields();
  return instance;
}

Tensor Permute::lower(Lowering& graph, Tensor x) const {
  std::vector<Index> sorted = dims.get();
  std::sort(sorted.begin(), sorted.end());
  ops::Permute op;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<Index>(i) + 1) {
      graph.fail(
          fmt::format("Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be "
                      "consecutive and start from 1. Received dims={}",
                      Codec<std::vector<Index>>::to_config(dims.get()).repr()));
    }
    op.order.push_back(dims.get()[i]);
  }
  graph.require_rank(x, static_cast<int>(sorted.size()) + 1, false);
  return graph.apply(op, {x});
}

}  // namespace wavetrain::layers
