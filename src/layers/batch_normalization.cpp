#include "wavetrain/layers/batch_normalization.hpp"

#include <fmt/format.h>

#include "graph/ops/batch_normalize.hpp"

namespace wavetrain::layers {

const Description& BatchNormalization::description() {
  using B = BatchNormalization;
  static const Description instance = Describe<B>("BatchNormalization", "keras.layers")
                                          .field("axis", &B::axis)
                                          .field("momentum", &B::momentum)
                                          .field("epsilon", &B::epsilon)
                                          .field("center", &B::center)
                                          .field("scale", &B::scale)
                                          .field("beta_initializer", &B::beta_initializer)
                                          .field("gamma_initializer", &B::gamma_initializer)
                                          .field("moving_mean_initializer", &B::moving_mean_initializer)
                                          .field("moving_variance_initializer", &B::moving_variance_initializer)
                                          .field("beta_regularizer", &B::beta_regularizer)
                                          .field("gamma_regularizer", &B::gamma_regularizer)
                                          .field("beta_constraint", &B::beta_constraint)
                                          .field("gamma_constraint", &B::gamma_constraint)
                                          .field("synchronized", &B::synchronized)
                                          .layer_fields();
  return instance;
}

Tensor BatchNormalization::lower(Lowering& graph, Tensor x) const {
  const Shape& shape = graph.shape(x);
  if (axis >= shape.rank() || axis < -shape.rank()) {
    graph.fail(fmt::format("axis {} is out of range for an input of shape {}", axis, to_string(shape)));
  }
  const Index size = shape[static_cast<int>(axis)];
  if (size < 0) graph.fail(fmt::format("axis {} of the input has no known size. Received: {}", axis, to_string(shape)));
  Tensor gamma, beta;
  if (scale) {
    gamma = graph.weight({.name = "gamma",
                          .shape = {size},
                          .initializer = gamma_initializer,
                          .regularizer = gamma_regularizer,
                          .constraint = gamma_constraint});
  }
  if (center) {
    beta = graph.weight({.name = "beta",
                         .shape = {size},
                         .initializer = beta_initializer,
                         .regularizer = beta_regularizer,
                         .constraint = beta_constraint});
  }
  const Tensor mean = graph.weight(
      {.name = "moving_mean", .shape = {size}, .initializer = moving_mean_initializer, .trainable = false});
  const Tensor variance = graph.weight(
      {.name = "moving_variance", .shape = {size}, .initializer = moving_variance_initializer, .trainable = false});
  ops::BatchNormalize op;
  op.axis = static_cast<int>(axis);
  op.momentum = momentum;
  op.epsilon = epsilon;
  op.frozen = !trainable;
  op.by_step = graph.sees_steps();
  const Tensor mask = graph.mask(x);
  if (mask.value != kNoValue) {
    if (graph.shape(mask).rank() != shape.rank() - 1) {
      graph.fail(fmt::format("The mask value should be a Tensor with one less dimension than the input. Received: "
                             "mask.shape={}, inputs.shape={}",
                             to_string(graph.shape(mask)), to_string(shape)));
    }
    if (axis != -1 && axis != shape.rank() - 1) graph.refuse("a mask together with another axis than the last");
  }
  const Tensor samples = op.by_step ? graph.model_input() : Tensor{};
  return Lowering::with_mask_of(graph.apply(op, {x, gamma, beta, mean, variance, mask, samples}, {mean, variance}), x);
}

}  // namespace wavetrain::layers
