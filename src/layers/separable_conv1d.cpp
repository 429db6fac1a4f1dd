#include "wavetrain/layers/separable_conv1d.hpp"

#include "graph/ops/conv1d.hpp"
#include "layers/data_format.hpp"
#include "layers/depthwise.hpp"

namespace wavetrain::layers {

const Description& SeparableConv1D::description() {
  static const Description instance = Describe<SeparableConv1D>("SeparableConv1D", "keras.layers")
                                          .field("filters", &SeparableConv1D::filters, positive())
                                          .field("kernel_size", &SeparableConv1D::kernel_size, positive())
                                          .field("strides", &SeparableConv1D::strides, positive())
                                          .field("padding", &SeparableConv1D::padding, one_of({"valid", "same"}))
                                          .field("data_format", &SeparableConv1D::data_format, data_format_check())
                                          .field("dilation_rate", &SeparableConv1D::dilation_rate, positive())
                                          .field("depth_multiplier", &SeparableConv1D::depth_multiplier, positive())
                                          .field("activation", &SeparableConv1D::activation)
                                          .field("use_bias", &SeparableConv1D::use_bias)
                                          .field("depthwise_initializer", &SeparableConv1D::depthwise_initializer)
                                          .field("pointwise_initializer", &SeparableConv1D::pointwise_initializer)
                                          .field("bias_initializer", &SeparableConv1D::bias_initializer)
                                          .field("depthwise_regularizer", &SeparableConv1D::depthwise_regularizer)
                                          .field("pointwise_regularizer", &SeparableConv1D::pointwise_regularizer)
                                          .field("bias_regularizer", &SeparableConv1D::bias_regularizer)
                                          .field("activity_regularizer", &SeparableConv1D::activity_regularizer)
                                          .field("depthwise_constraint", &SeparableConv1D::depthwise_constraint)
                                          .field("pointwise_constraint", &SeparableConv1D::pointwise_constraint)
                                          .field("bias_constraint", &SeparableConv1D::bias_constraint)
                                          .layer_fields();
  return instance;
}

Tensor SeparableConv1D::lower(Lowering& graph, Tensor x) const {
  return with_data_format(graph, x, data_format, [&](Tensor series) {
    const Index channels = graph.require_rank(series, 3).back();
    const Tensor depthwise_kernel = graph.weight({.name = "depthwise_kernel",
                                                  .shape = {kernel_size.get(), channels, depth_multiplier},
                                                  .initializer = depthwise_initializer,
                                                  .regularizer = depthwise_regularizer,
                                                  .constraint = depthwise_constraint});
    const Tensor pointwise_kernel = graph.weight({.name = "pointwise_kernel",
                                                  .shape = {1, channels * depth_multiplier, filters},
                                                  .initializer = pointwise_initializer,
                                                  .regularizer = pointwise_regularizer,
                                                  .constraint = pointwise_constraint});
    Tensor bias;
    if (use_bias) {
      bias = graph.weight({.name = "bias",
                           .shape = {filters},
                           .initializer = bias_initializer,
                           .regularizer = bias_regularizer,
                           .constraint = bias_constraint});
    }
    const Tensor depthwise =
        depthwise_conv1d(graph, series, depthwise_kernel, Tensor{}, strides, padding, dilation_rate);
    return graph.activate(graph.apply(ops::Conv1D{}, {depthwise, pointwise_kernel, bias}), activation);
  });
}

}  // namespace wavetrain::layers
