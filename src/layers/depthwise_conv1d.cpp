#include "wavetrain/layers/depthwise_conv1d.hpp"

#include "layers/data_format.hpp"
#include "layers/depthwise.hpp"

namespace wavetrain::layers {

const Description& DepthwiseConv1D::description() {
  static const Description instance = Describe<DepthwiseConv1D>("DepthwiseConv1D", "keras.layers")
                                          .field("kernel_size", &DepthwiseConv1D::kernel_size, positive())
                                          .field("strides", &DepthwiseConv1D::strides, positive())
                                          .field("padding", &DepthwiseConv1D::padding, one_of({"valid", "same"}))
                                          .field("depth_multiplier", &DepthwiseConv1D::depth_multiplier, positive())
                                          .field("data_format", &DepthwiseConv1D::data_format, data_format_check())
                                          .field("dilation_rate", &DepthwiseConv1D::dilation_rate, positive())
                                          .field("activation", &DepthwiseConv1D::activation)
                                          .field("use_bias", &DepthwiseConv1D::use_bias)
                                          .field("depthwise_initializer", &DepthwiseConv1D::depthwise_initializer)
                                          .field("bias_initializer", &DepthwiseConv1D::bias_initializer)
                                          .field("depthwise_regularizer", &DepthwiseConv1D::depthwise_regularizer)
                                          .field("bias_regularizer", &DepthwiseConv1D::bias_regularizer)
                                          .field("activity_regularizer", &DepthwiseConv1D::activity_regularizer)
                                          .field("depthwise_constraint", &DepthwiseConv1D::depthwise_constraint)
                                          .field("bias_constraint", &DepthwiseConv1D::bias_constraint)
                                          .layer_fields();
  return instance;
}

Tensor DepthwiseConv1D::lower(Lowering& graph, Tensor x) const {
  return with_data_format(graph, x, data_format, [&](Tensor series) {
    const Index channels = graph.require_rank(series, 3).back();
    const Tensor kernel = graph.weight({.name = "kernel",
                                        .shape = {kernel_size.get(), channels, depth_multiplier},
                                        .initializer = depthwise_initializer,
                                        .regularizer = depthwise_regularizer,
                                        .constraint = depthwise_constraint});
    Tensor bias;
    if (use_bias) {
      bias = graph.weight({.name = "bias",
                           .shape = {channels * depth_multiplier},
                           .initializer = bias_initializer,
                           .regularizer = bias_regularizer,
                           .constraint = bias_constraint});
    }
    return graph.activate(depthwise_conv1d(graph, series, kernel, bias, strides, padding, dilation_rate), activation);
  });
}

}  // namespace wavetrain::layers
