#include "wavetrain/layers/conv_lstm1d.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "graph/ops/conv_lstm1d.hpp"
#include "graph/ops/permute.hpp"
#include "layers/data_format.hpp"
#include "layers/recurrent_common.hpp"

namespace wavetrain::layers {
namespace {

Tensor swap_last_axes(Lowering& graph, Tensor x) {
  ops::Permute op;
  for (int axis = 1; axis < graph.shape(x).rank(); ++axis) op.order.push_back(axis);
  std::swap(op.order[-1], op.order[-2]);
  return graph.apply(op, {x});
}

}  // namespace

const Description& ConvLSTM1D::description() {
  static const Description instance = Describe<ConvLSTM1D>("ConvLSTM1D", "keras.layers")
                                          .field("filters", &ConvLSTM1D::filters, positive())
                                          .field("kernel_size", &ConvLSTM1D::kernel_size, positive())
                                          .field("strides", &ConvLSTM1D::strides, positive())
                                          .field("padding", &ConvLSTM1D::padding, one_of({"valid", "same"}))
                                          .field("data_format", &ConvLSTM1D::data_format, data_format_check())
                                          .field("dilation_rate", &ConvLSTM1D::dilation_rate, positive())
                                          .field("activation", &ConvLSTM1D::activation)
                                          .field("recurrent_activation", &ConvLSTM1D::recurrent_activation)
                                          .field("use_bias", &ConvLSTM1D::use_bias)
                                          .field("kernel_initializer", &ConvLSTM1D::kernel_initializer)
                                          .field("recurrent_initializer", &ConvLSTM1D::recurrent_initializer)
                                          .field("bias_initializer", &ConvLSTM1D::bias_initializer)
                                          .field("unit_forget_bias", &ConvLSTM1D::unit_forget_bias)
                                          .field("kernel_regularizer", &ConvLSTM1D::kernel_regularizer)
                                          .field("recurrent_regularizer", &ConvLSTM1D::recurrent_regularizer)
                                          .field("bias_regularizer", &ConvLSTM1D::bias_regularizer)
                                          .field("activity_regularizer", &ConvLSTM1D::activity_regularizer)
                                          .field("kernel_constraint", &ConvLSTM1D::kernel_constraint)
                                          .field("recurrent_constraint", &ConvLSTM1D::recurrent_constraint)
                                          .field("bias_constraint", &ConvLSTM1D::bias_constraint)
                                          .field("dropout", &ConvLSTM1D::dropout, in_range(0, 1))
                                          .field("recurrent_dropout", &ConvLSTM1D::recurrent_dropout, in_range(0, 1))
                                          .field("seed", &ConvLSTM1D::seed)
                                          .field("return_sequences", &ConvLSTM1D::return_sequences)
                                          .field("return_state", &ConvLSTM1D::return_state)
                                          .field("go_backwards", &ConvLSTM1D::go_backwards)
                                          .field("stateful", &ConvLSTM1D::stateful)
                                          .field("unroll", &ConvLSTM1D::unroll)
                                          .field("zero_output_for_mask", &ConvLSTM1D::zero_output_for_mask)
                                          .layer_fields();
  return instance;
}

Tensor ConvLSTM1D::lower(Lowering& graph, Tensor x) const {
  const Tensor mask = graph.mask(x);
  if (strides > 1 && dilation_rate > 1) {
    graph.fail(
        fmt::format("`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: strides=({},) "
                    "and dilation_rate=({},)",
                    Index{strides}, Index{dilation_rate}));
  }
  graph.require_rank(x, 4, false);
  const bool first = is_channels_first(data_format);
  if (first && mask.value != kNoValue && graph.shape(mask).rank() != 2)
    graph.refuse("a mask for each place in channels_first");
  const Tensor given = x;
  if (first) x = swap_last_axes(graph, x);
  const Shape shape = graph.require_rank(x, 4);
  if (shape[2] < 0) {
    graph.fail(fmt::format(
        "ConvLSTM layers only support static input shapes for the spatial dimension. Received invalid input "
        "shape: input_shape={}",
        to_string(shape)));
  }
  const Index channels = shape[3];
  graph.use_seed(seed);
  const Lowering::Group cell = graph.group("cell");
  const Tensor kernel = graph.weight({.name = "kernel",
                                      .shape = {kernel_size.get(), channels, 4 * filters},
                                      .initializer = kernel_initializer,
                                      .regularizer = kernel_regularizer,
                                      .constraint = kernel_constraint});
  const Tensor recurrent_kernel = graph.weight({.name = "recurrent_kernel",
                                                .shape = {kernel_size.get(), filters, 4 * filters},
                                                .initializer = recurrent_initializer,
                                                .regularizer = recurrent_regularizer,
                                                .constraint = recurrent_constraint});
  Tensor bias;
  if (use_bias) {
    bias =
        graph.weight({.name = "bias",
                      .shape = {4 * filters},
                      .initializer = unit_forget_bias ? layers::unit_forget_bias(bias_initializer) : bias_initializer,
                      .regularizer = bias_regularizer,
                      .constraint = bias_constraint});
  }
  ops::ConvLstm1D op;
  op.input_conv.stride = strides;
  op.input_conv.padding = ops::parse_padding(padding);
  op.input_conv.dilation = dilation_rate;
  op.activation = activation;
  op.recurrent_activation = recurrent_activation;
  op.return_sequences = return_sequences;
  op.go_backwards = go_backwards;
  op.dropout = dropout < 1 ? dropout : 0;  // Keras drops nothing at rate 1
  op.recurrent_dropout = recurrent_dropout < 1 ? recurrent_dropout : 0;
  op.zero_output_for_mask = zero_output_for_mask;
  op.stateful = stateful;
  op.return_state = return_state;
  Tensor y;
  if (stateful) {
    if (shape[0] < 0) {
      graph.fail(
          fmt::format("When using `stateful=True` in a RNN, the batch size must be static. Found dynamic batch size: "
                      "sequence.shape={}",
                      to_string(shape)));
    }
    const Shape places = op.input_conv.infer(std::array{Shape{shape[0], shape[2], channels}, graph.shape(kernel)});
    const Shape state{shape[0], places[1], filters};
    y = graph.apply(std::move(op), {x, kernel, recurrent_kernel, bias, mask},
                    {graph.state("h", state), graph.state("c", state)});
  } else {
    y = graph.apply(std::move(op), {x, kernel, recurrent_kernel, bias, mask});
  }
  if (first) y = swap_last_axes(graph, y);
  if (return_state) return with_states(graph, y, 2, return_sequences);
  return return_sequences ? Lowering::with_mask_of(y, given) : y;
}

}  // namespace wavetrain::layers
