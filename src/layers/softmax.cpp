#include "wavetrain/layers/softmax.hpp"

#include <bit>

#include <fmt/format.h>

#include "graph/ops/activation.hpp"
#include "graph/ops/permute.hpp"
#include "graph/ops/reshape.hpp"
#include "layers/axes.hpp"

namespace wavetrain::layers {

const Description& Softmax::description() {
  static const Description instance =
      Describe<Softmax>("Softmax", "keras.layers").field("axis", &Softmax::axis).layer_fields();
  return instance;
}

Tensor Softmax::lower(Lowering& graph, Tensor x) const {
  const Shape input = graph.shape(x);
  if (x.mask != kNoValue) {
    // Keras broadcasts it from the right, which a mask over time does not fit.
    graph.fail(
        fmt::format("the mask of shape {} that comes with the input does not fit an input of shape {}; "
                    "use Activation('softmax') or Dense(..., activation='softmax')",
                    to_string(graph.shape({x.mask, kNoValue})), to_string(input)));
  }
  const std::uint32_t bits = sample_axes(graph, x, axis);
  const int first = std::countr_zero(bits), count = std::popcount(bits);
  if (count == 1) {
    return Lowering::with_mask_of(graph.apply(ops::Activate("softmax", first - input.rank()), {x}), x);
  }
  // Several axes go to the back as one.
  sizes_of(graph, x, bits);
  ops::Permute to_back, back;
  for (const bool summed : {false, true}) {
    for (int i = 1; i < input.rank(); ++i) {
      if ((bits >> i & 1) == (summed ? 1u : 0u)) to_back.order.push_back(i);
    }
  }
  back.order = to_back.order;
  for (int i = 0; i < back.order.rank(); ++i) back.order[static_cast<int>(to_back.order[i]) - 1] = i + 1;
  const Tensor ordered = graph.apply(to_back, {x});
  const Shape whole = graph.shape(ordered).without_first();
  Shape merged;
  for (int i = 0; i < whole.rank() - count; ++i) merged.push_back(whole[i]);
  merged.push_back(whole.size_from(whole.rank() - count));
  const Tensor y = graph.apply(ops::Activate("softmax"), {graph.apply(ops::Reshape(merged), {ordered})});
  return Lowering::with_mask_of(graph.apply(back, {graph.apply(ops::Reshape(whole), {y})}), x);
}

}  // namespace wavetrain::layers
