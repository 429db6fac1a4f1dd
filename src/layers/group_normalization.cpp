#include "wavetrain/layers/group_normalization.hpp"

#include <bit>

#include <fmt/format.h>

#include "graph/ops/group_normalize.hpp"
#include "graph/ops/reshape.hpp"
#include "layers/axes.hpp"

namespace wavetrain::layers {

const Description& GroupNormalization::description() {
  static const Description instance = Describe<GroupNormalization>("GroupNormalization", "keras.layers")
                                          .field("groups", &GroupNormalization::groups)
                                          .field("axis", &GroupNormalization::axis)
                                          .field("epsilon", &GroupNormalization::epsilon)
                                          .field("center", &GroupNormalization::center)
                                          .field("scale", &GroupNormalization::scale)
                                          .field("beta_initializer", &GroupNormalization::beta_initializer)
                                          .field("gamma_initializer", &GroupNormalization::gamma_initializer)
                                          .field("beta_regularizer", &GroupNormalization::beta_regularizer)
                                          .field("gamma_regularizer", &GroupNormalization::gamma_regularizer)
                                          .field("beta_constraint", &GroupNormalization::beta_constraint)
                                          .field("gamma_constraint", &GroupNormalization::gamma_constraint)
                                          .layer_fields();
  return instance;
}

Tensor GroupNormalization::lower(Lowering& graph, Tensor x) const {
  const Shape input = graph.shape(x);
  const std::uint32_t bits = sample_axes(graph, x, axis);
  const int channel = std::countr_zero(bits);
  const Index channels = input[channel];
  if (channels < 0) {
    graph.fail(fmt::format(
        "Axis {} of input tensor should have a defined dimension but the layer received an input with shape "
        "{}.",
        axis, to_string(input)));
  }
  const Index count = groups == -1 ? channels : groups;
  if (channels < count) {
    graph.fail(fmt::format("Number of groups ({}) cannot be more than the number of channels ({}).", count, channels));
  }
  if (count < 1 || channels % count != 0) {
    graph.fail(
        fmt::format("Number of groups ({}) must be a multiple of the number of channels ({}).", count, channels));
  }
  Tensor gamma, beta;
  if (scale) {
    gamma = graph.weight({.name = "gamma",
                          .shape = {channels},
                          .initializer = gamma_initializer,
                          .regularizer = gamma_regularizer,
                          .constraint = gamma_constraint});
  }
  if (center) {
    beta = graph.weight({.name = "beta",
                         .shape = {channels},
                         .initializer = beta_initializer,
                         .regularizer = beta_regularizer,
                         .constraint = beta_constraint});
  }
  // The channels as (groups, channels of a group); everything else is reduced.
  Shape split;
  for (int i = 1; i < input.rank(); ++i) {
    if (i == channel) split.push_back(count);
    split.push_back(i == channel ? channels / count : input[i]);
  }
  ops::GroupNormalize op;
  op.epsilon = epsilon;
  op.reduced = ((std::uint32_t{1} << (input.rank() + 1)) - 1) & ~std::uint32_t{1} & ~bits;
  op.parameters = bits | bits << 1;
  const Tensor y = graph.apply(op, {graph.apply(ops::Reshape(split), {x}), gamma, beta});
  return Lowering::with_mask_of(graph.apply(ops::Reshape(input.without_first()), {y}), x);
}

}  // namespace wavetrain::layers
