#include "wavetrain/layers/layer_normalization.hpp"

#include "graph/ops/group_normalize.hpp"
#include "layers/axes.hpp"

namespace wavetrain::layers {

const Description& LayerNormalization::description() {
  static const Description instance = Describe<LayerNormalization>("LayerNormalization", "keras.layers")
                                          .field("axis", &LayerNormalization::axis)
                                          .field("epsilon", &LayerNormalization::epsilon)
                                          .field("center", &LayerNormalization::center)
                                          .field("scale", &LayerNormalization::scale)
                                          .field("beta_initializer", &LayerNormalization::beta_initializer)
                                          .field("gamma_initializer", &LayerNormalization::gamma_initializer)
                                          .field("beta_regularizer", &LayerNormalization::beta_regularizer)
                                          .field("gamma_regularizer", &LayerNormalization::gamma_regularizer)
                                          .field("beta_constraint", &LayerNormalization::beta_constraint)
                                          .field("gamma_constraint", &LayerNormalization::gamma_constraint)
                                          .field("rms_scaling", &LayerNormalization::rms_scaling)
                                          .layer_fields();
  return instance;
}

Tensor LayerNormalization::lower(Lowering& graph, Tensor x) const {
  ops::GroupNormalize op;
  op.kind = rms_scaling ? ops::GroupNorm::variance : ops::GroupNorm::moments;
  op.epsilon = epsilon;
  op.reduced = op.parameters = sample_axes(graph, x, axis);
  const Shape shape = sizes_of(graph, x, op.parameters);
  Tensor gamma, beta;
  if (scale || rms_scaling) {
    gamma = graph.weight({.name = "gamma",
                          .shape = shape,
                          .initializer = gamma_initializer,
                          .regularizer = gamma_regularizer,
                          .constraint = gamma_constraint});
  }
  if (center && !rms_scaling) {
    beta = graph.weight({.name = "beta",
                         .shape = shape,
                         .initializer = beta_initializer,
                         .regularizer = beta_regularizer,
                         .constraint = beta_constraint});
  }
  return Lowering::with_mask_of(graph.apply(op, {x, gamma, beta}), x);
}

}  // namespace wavetrain::layers
