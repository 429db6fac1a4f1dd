// RNN, as keras.layers.RNN of Keras 3.15.1: a cell, or several on top of each other, led over a series.
//
//   input   (batch, T, C)
//   output  (batch, units) of the last cell, the last step; with return_sequences (batch, T, units)
//   weights those of "cell"
//   mask    used; passed on with return_sequences
//
// Cells are LSTMCell, GRUCell, SimpleRNNCell and StackedRNNCells of them. RNN(LSTMCell(8)) equals LSTM(8).
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct RNN {
  Required<Layer> cell;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;  // shows only in which steps zero_output_for_mask clears with go_backwards: as in Keras
  bool zero_output_for_mask = false;
  Regularizer activity_regularizer{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  std::vector<Sublayer> sublayers();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
