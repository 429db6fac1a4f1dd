#include "wavetrain/layers/conv1d.hpp"

#include <fmt/format.h>

#include "graph/ops/conv1d.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& Conv1D::description() {
  static const Description instance = Describe<Conv1D>("Conv1D", "keras.layers")
                                          .field("filters", &Conv1D::filters, positive())
                                          .field("kernel_size", &Conv1D::kernel_size, positive())
                                          .field("strides", &Conv1D::strides, positive())
                                          .field("padding", &Conv1D::padding, one_of({"valid", "same", "causal"}))
                                          .field("data_format", &Conv1D::data_format, data_format_check())
                                          .field("dilation_rate", &Conv1D::dilation_rate, positive())
                                          .field("groups", &Conv1D::groups, positive())
                                          .field("activation", &Conv1D::activation)
                                          .field("use_bias", &Conv1D::use_bias)
                                          .field("kernel_initializer", &Conv1D::kernel_initializer)
                                          .field("bias_initializer", &Conv1D::bias_initializer)
                                          .field("kernel_regularizer", &Conv1D::kernel_regularizer)
                                          .field("bias_regularizer", &Conv1D::bias_regularizer)
                                          .field("activity_regularizer", &Conv1D::activity_regularizer)
                                          .field("kernel_constraint", &Conv1D::kernel_constraint)
                                          .field("bias_constraint", &Conv1D::bias_constraint)
                                          .layer_fields();
  return instance;
}

Tensor Conv1D::lower(Lowering& graph, Tensor x) const {
  return with_data_format(graph, x, data_format, [&](Tensor series) { return lower_series(graph, series); });
}

Tensor Conv1D::lower_series(Lowering& graph, Tensor x) const {
  const Index channels = graph.require_rank(x, 3).back();
  if (filters % groups != 0) {
    graph.fail(
        fmt::format("The number of filters must be evenly divisible by the number of groups. Received: groups={}, "
                    "filters={}.",
                    groups, filters.get()));
  }
  if (channels % groups != 0) {
    graph.fail(
        fmt::format("The number of input channels must be evenly divisible by the number of groups. Received "
                    "groups={}, but the input has {} channels (full input shape is {}).",
                    groups, channels, to_string(graph.shape(x))));
  }
  if (strides > 1 && dilation_rate > 1) {
    graph.fail(
        fmt::format("`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=({},) "
                    "and dilation_rate=({},)",
                    Index{strides}, Index{dilation_rate}));
  }
  const Tensor kernel = graph.weight({.name = "kernel",
                                      .shape = {kernel_size.get(), channels / groups, filters},
                                      .initializer = kernel_initializer,
                                      .regularizer = kernel_regularizer,
                                      .constraint = kernel_constraint});
  Tensor bias;
  if (use_bias) {
    bias = graph.weight({.name = "bias",
                         .shape = {filters},
                         .initializer = bias_initializer,
                         .regularizer = bias_regularizer,
                         .constraint = bias_constraint});
  }
  ops::Conv1D op;
  op.stride = strides;
  op.padding = ops::parse_padding(padding);
  op.dilation = dilation_rate;
  op.groups = groups;
  return graph.activate(graph.apply(op, {x, kernel, bias}), activation);
}

}  // namespace wavetrain::layers
