#include "wavetrain/layers/dense.hpp"

#include "graph/ops/matmul.hpp"

namespace wavetrain::layers {

const Description& Dense::description() {
  static const Description instance = Describe<Dense>("Dense", "keras.layers")
                                          .field("units", &Dense::units, positive())
                                          .field("activation", &Dense::activation)
                                          .field("use_bias", &Dense::use_bias)
                                          .field("kernel_initializer", &Dense::kernel_initializer)
                                          .field("bias_initializer", &Dense::bias_initializer)
                                          .field("kernel_regularizer", &Dense::kernel_regularizer)
                                          .field("bias_regularizer", &Dense::bias_regularizer)
                                          .field("activity_regularizer", &Dense::activity_regularizer)
                                          .field("kernel_constraint", &Dense::kernel_constraint)
                                          .field("bias_constraint", &Dense::bias_constraint)
                                          .layer_fields();
  return instance;
}

Tensor Dense::lower(Lowering& graph, Tensor x) const {
  const Index channels = graph.require_min_rank(x, 2).back();
  const Tensor kernel = graph.weight({.name = "kernel",
                                      .shape = {channels, units},
                                      .initializer = kernel_initializer,
                                      .regularizer = kernel_regularizer,
                                      .constraint = kernel_constraint});
  Tensor bias;
  if (use_bias) {
    bias = graph.weight({.name = "bias",
                         .shape = {units},
                         .initializer = bias_initializer,
                         .regularizer = bias_regularizer,
                         .constraint = bias_constraint});
  }
  const Tensor y = graph.apply(ops::MatMul{}, {x, kernel, bias});
  return Lowering::with_mask_of(graph.activate(y, activation), x);
}

}  // namespace wavetrain::layers
