// What LSTM, GRU and SimpleRNN have in common: their layer structs share these fields by name.
#pragma once

#include "graph/ops/recurrent.hpp"
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
  return d.field("kernel_regularizer", &T::kernel_regularizer)
      .field("recurrent_regularizer", &T::recurrent_regularizer)
      .field("bias_regularizer", &T::bias_regularizer)
      .field("activity_regularizer", &T::activity_regularizer)
      .field("kernel_constraint", &T::kernel_constraint)
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

// Declares the weights in the part "cell" and applies `op`, of which kind and the activations are set.
template <class T>
Tensor lower_recurrent(const T& layer, Lowering& graph, Tensor x, ops::Recurrent op, const Shape& bias_shape,
                       const Initializer& bias_initializer) {
  if (layer.return_state) graph.refuse("return_state=True in a Sequential");
  if (layer.stateful) graph.refuse("stateful=True");
  const Index channels = graph.require_rank(x, 3).back();
  op.options.units = layer.units;
  op.options.return_sequences = layer.return_sequences;
  op.options.go_backwards = layer.go_backwards;
  op.options.zero_output_for_mask = layer.zero_output_for_mask;
  op.dropout = layer.dropout;
  op.recurrent_dropout = layer.recurrent_dropout;
  const Index columns = op.options.gates() * layer.units;
  graph.use_seed(layer.seed);
  const Lowering::Group cell = graph.group("cell");
  const Tensor kernel = graph.weight({.name = "kernel",
                                      .shape = {channels, columns},
                                      .initializer = layer.kernel_initializer,
                                      .regularizer = layer.kernel_regularizer,
                                      .constraint = layer.kernel_constraint});
  const Tensor recurrent_kernel = graph.weight({.name = "recurrent_kernel",
                                                .shape = {layer.units, columns},
                                                .initializer = layer.recurrent_initializer,
                                                .regularizer = layer.recurrent_regularizer,
                                                .constraint = layer.recurrent_constraint});
  Tensor bias;
  if (layer.use_bias) {
    bias = graph.weight({.name = "bias",
                         .shape = bias_shape,
                         .initializer = bias_initializer,
                         .regularizer = layer.bias_regularizer,
                         .constraint = layer.bias_constraint});
  }
  const Tensor y = graph.apply(op, {x, kernel, recurrent_kernel, bias});
  return layer.return_sequences ? Lowering::with_mask_of(y, x) : y;
}

}  // namespace wavetrain::layers
