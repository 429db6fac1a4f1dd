// What LSTM, GRU and SimpleRNN have in common: their layer structs share these fields by name.
#pragma once

#include <fmt/format.h>

#include "graph/ops/mask.hpp"
#include "graph/ops/recurrent.hpp"
#include "layers/several_outputs.hpp"
#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

// Adds the fields between `recurrent_dropout` and the end, in Keras' order.
template <class T>
Describe<T>& describe_weights(Describe<T>& d) {
  return d.field("use_bias", &T::use_bias)
      .field("kernel_initializer", &T::kernel_initializer)
      .field("recurrent_initializer", &T::recurrent_initializer)
      .field("bias_initializer", &T::bias_initializer);
}

template <class T>
Describe<T>& describe_regularization(Describe<T>& d) {
  d.field("kernel_regularizer", &T::kernel_regularizer)
      .field("recurrent_regularizer", &T::recurrent_regularizer)
      .field("bias_regularizer", &T::bias_regularizer);
  if constexpr (requires(T t) { t.activity_regularizer; }) d.field("activity_regularizer", &T::activity_regularizer);
  return d.field("kernel_constraint", &T::kernel_constraint)
      .field("recurrent_constraint", &T::recurrent_constraint)
      .field("bias_constraint", &T::bias_constraint)
      .field("dropout", &T::dropout, in_range(0, 1))
      .field("recurrent_dropout", &T::recurrent_dropout, in_range(0, 1));
}

template <class T>
Describe<T>& describe_sequencing(Describe<T>& d) {
  return d.field("return_sequences", &T::return_sequences)
      .field("return_state", &T::return_state)
      .field("go_backwards", &T::go_backwards)
      .field("stateful", &T::stateful)
      .field("unroll", &T::unroll);
}

// How a cell is led over a series.
struct Sequencing {
  bool return_sequences = false;
  bool go_backwards = false;
  bool zero_output_for_mask = false;
  bool stateful = false;
  bool return_state = false;
  // Keras' unrolled loop goes backwards over the steps, but then puts zeros where the mask has them in the order of the
  // input: the outputs of the recurrence, which repeats them at masked steps, lose those places.
  bool zero_at_input_steps = false;
};

// unit_forget_bias: ones for the forget gate, `other` for the rest.
Initializer unit_forget_bias(const Initializer& other);

// The operation of a layer or cell: which one it is shows in its arguments.
template <class T>
ops::Recurrent recurrent_op(const T& cell) {
  ops::Recurrent op;
  op.options.cell = Cell::simple_rnn;
  op.options.units = cell.units;
  op.options.activation = cell.activation;
  if constexpr (requires { cell.recurrent_activation; }) op.options.recurrent_activation = cell.recurrent_activation;
  if constexpr (requires { cell.unit_forget_bias; }) op.options.cell = Cell::lstm;
  if constexpr (requires { cell.reset_after; }) {
    op.options.cell = Cell::gru;
    op.options.reset_after = cell.reset_after;
  }
  op.dropout = cell.dropout;
  op.recurrent_dropout = cell.recurrent_dropout;
  return op;
}

// Declares the weights of a cell in the current layer and part, and leads it over `x` with `mask`. With return_state
// the result is rows, see ops::Recurrent.
template <class T>
Tensor lower_cell(const T& cell, Lowering& graph, Tensor x, Tensor mask, const Sequencing& sequencing) {
  ops::Recurrent op = recurrent_op(cell);
  const Index batch = graph.shape(x)[0], channels = graph.require_rank(x, 3).back();
  op.options.return_sequences = sequencing.return_sequences;
  op.options.go_backwards = sequencing.go_backwards;
  op.options.zero_output_for_mask = sequencing.zero_output_for_mask;
  op.stateful = sequencing.stateful;
  op.return_state = sequencing.return_state;
  op.batch = batch;
  const Index columns = op.options.gates() * cell.units;
  graph.use_seed(cell.seed);
  const Tensor kernel = graph.weight({.name = "kernel",
                                      .shape = {channels, columns},
                                      .initializer = cell.kernel_initializer,
                                      .regularizer = cell.kernel_regularizer,
                                      .constraint = cell.kernel_constraint});
  const Tensor recurrent_kernel = graph.weight({.name = "recurrent_kernel",
                                                .shape = {cell.units, columns},
                                                .initializer = cell.recurrent_initializer,
                                                .regularizer = cell.recurrent_regularizer,
                                                .constraint = cell.recurrent_constraint});
  Tensor bias;
  if (cell.use_bias) {
    Initializer initializer = cell.bias_initializer;
    if constexpr (requires { cell.unit_forget_bias; }) {
      if (cell.unit_forget_bias) initializer = unit_forget_bias(cell.bias_initializer);
    }
    bias = graph.weight({.name = "bias",
                         .shape = op.options.has_two_biases() ? Shape{2, columns} : Shape{columns},
                         .initializer = initializer,
                         .regularizer = cell.bias_regularizer,
                         .constraint = cell.bias_constraint});
  }
  if (!op.stateful) return graph.apply(op, {x, kernel, recurrent_kernel, bias, mask});
  if (batch < 0) {
    graph.fail(
        fmt::format("When using `stateful=True` in a RNN, the batch size must be static. Found dynamic batch size: "
                    "sequence.shape={}",
                    to_string(graph.shape(x))));
  }
  const Tensor h = graph.state("h", {batch, cell.units});
  if (op.states() == 1) return graph.apply(op, {x, kernel, recurrent_kernel, bias, mask}, {h});
  return graph.apply(op, {x, kernel, recurrent_kernel, bias, mask}, {h, graph.state("c", {batch, cell.units})});
}

// What a layer around cells checks first.
template <class T>
Sequencing sequencing_of(const T& layer, const Lowering& graph, Tensor x) {
  if (layer.unroll && graph.require_rank(x, 3)[1] < 0) {
    graph.fail(
        "Cannot unroll a RNN if the time dimension is undefined: pass an `Input` that says it as the first layer.");
  }
  if (x.mask != kNoValue && graph.shape({x.mask, kNoValue}).rank() != 2) {
    graph.fail(fmt::format("expected a mask of shape (batch, time). Received: mask.shape={}",
                           to_string(graph.shape({x.mask, kNoValue}))));
  }
  const bool at_input_steps =
      layer.unroll && layer.go_backwards && layer.zero_output_for_mask && layer.return_sequences && x.mask != kNoValue;
  return {.return_sequences = layer.return_sequences,
          .go_backwards = layer.go_backwards,
          .zero_output_for_mask = layer.zero_output_for_mask && !at_input_steps,
          .stateful = layer.stateful,
          .return_state = layer.return_state,
          .zero_at_input_steps = at_input_steps};
}

// The outputs `y` of a recurrence over the steps of `mask`.
inline Tensor zeros_of(const Sequencing& sequencing, Lowering& graph, Tensor y, Tensor mask) {
  return sequencing.zero_at_input_steps ? graph.apply(ops::ApplyMask(), {y, mask}) : y;
}

// What a recurrence that returns its states has made, rows, as the outputs of a layer.
inline Tensor outputs_of(const Sequencing& sequencing, Lowering& graph, Tensor rows, Index states, Tensor mask) {
  if (!sequencing.zero_at_input_steps) return with_states(graph, rows, states, sequencing.return_sequences);
  std::vector<Tensor> outputs = split_rows(graph, rows, states, true);
  outputs[0] = zeros_of(sequencing, graph, outputs[0], mask);
  return pack_outputs(graph, std::move(outputs));
}

// A layer that is its own cell; the weights are in the part "cell".
template <class T>
Tensor lower_recurrent(const T& layer, Lowering& graph, Tensor x) {
  const Sequencing sequencing = sequencing_of(layer, graph, x);
  const Lowering::Group cell = graph.group("cell");
  const Tensor mask = graph.mask(x);
  const Tensor y = lower_cell(layer, graph, x, mask, sequencing);
  if (layer.return_state) return outputs_of(sequencing, graph, y, recurrent_op(layer).cell_states(), mask);
  return layer.return_sequences ? Lowering::with_mask_of(zeros_of(sequencing, graph, y, mask), x) : y;
}

}  // namespace wavetrain::layers
