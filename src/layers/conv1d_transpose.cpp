#include "wavetrain/layers/conv1d_transpose.hpp"

#include <fmt/format.h>

#include "graph/ops/conv1d_transpose.hpp"
#include "layers/data_format.hpp"

namespace wavetrain::layers {

const Description& Conv1DTranspose::description() {
  static const Description instance = Describe<Conv1DTranspose>("Conv1DTranspose", "keras.layers")
                                          .field("filters", &Conv1DTranspose::filters, positive())
                                          .field("kernel_size", &Conv1DTranspose::kernel_size, positive())
                                          .field("strides", &Conv1DTranspose::strides, positive())
                                          .field("padding", &Conv1DTranspose::padding, one_of({"valid", "same"}))
                                          .field("output_padding", &Conv1DTranspose::output_padding, non_negative())
                                          .field("data_format", &Conv1DTranspose::data_format, data_format_check())
                                          .field("dilation_rate", &Conv1DTranspose::dilation_rate, positive())
                                          .field("activation", &Conv1DTranspose::activation)
                                          .field("use_bias", &Conv1DTranspose::use_bias)
                                          .field("kernel_initializer", &Conv1DTranspose::kernel_initializer)
                                          .field("bias_initializer", &Conv1DTranspose::bias_initializer)
                                          .field("kernel_regularizer", &Conv1DTranspose::kernel_regularizer)
                                          .field("bias_regularizer", &Conv1DTranspose::bias_regularizer)
                                          .field("activity_regularizer", &Conv1DTranspose::activity_regularizer)
                                          .field("kernel_constraint", &Conv1DTranspose::kernel_constraint)
                                          .field("bias_constraint", &Conv1DTranspose::bias_constraint)
                                          .layer_fields();
  return instance;
}

Tensor Conv1DTranspose::lower(Lowering& graph, Tensor x) const {
  if (output_padding && *output_padding >= strides) {
    graph.fail(
        fmt::format("`output_padding` must be strictly less than `strides` for all dimensions. Received: "
                    "output_padding=({},), strides=({},)",
                    Index{*output_padding}, Index{strides}));
  }
  if (strides > 1 && dilation_rate > 1) {
    graph.fail(
        fmt::format("`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=({},) "
                    "and dilation_rate=({},)",
                    Index{strides}, Index{dilation_rate}));
  }
  return with_data_format(graph, x, data_format, [&](Tensor series) {
    const Index channels = graph.require_rank(series, 3).back();
    const Tensor kernel = graph.weight({.name = "kernel",
                                        .shape = {kernel_size.get(), filters, channels},
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
    ops::Conv1DTranspose op;
    op.stride = strides;
    op.padding = ops::parse_padding(padding);
    if (output_padding) op.output_padding = Index{*output_padding};
    op.dilation = dilation_rate;
    return graph.activate(graph.apply(op, {series, kernel, bias}), activation);
  });
}

}  // namespace wavetrain::layers
