// LSTMCell, GRUCell, SimpleRNNCell and StackedRNNCells, as in Keras 3.15.1: what happens at one step of a series. They
// are no layers of a model by themselves; an RNN leads them over the series.
//
// Formulas and weights are those of LSTM, GRU and SimpleRNN. In a stack each cell reads what the one before it puts
// out.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct LSTMCell {
  Required<Index> units;
  wavetrain::Activation activation = "tanh";
  wavetrain::Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0.0;
  double recurrent_dropout = 0.0;
  std::optional<Index> seed{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  // Throws ValueError: only an RNN can use it.
  Tensor lower(Lowering& graph, Tensor x) const;
};

struct GRUCell {
  Required<Index> units;
  wavetrain::Activation activation = "tanh";
  wavetrain::Activation recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0.0;
  double recurrent_dropout = 0.0;
  bool reset_after = true;
  std::optional<Index> seed{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  // Throws ValueError: only an RNN can use it.
  Tensor lower(Lowering& graph, Tensor x) const;
};

struct SimpleRNNCell {
  Required<Index> units;
  wavetrain::Activation activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0.0;
  double recurrent_dropout = 0.0;
  std::optional<Index> seed{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  // Throws ValueError: only an RNN can use it.
  Tensor lower(Lowering& graph, Tensor x) const;
};

struct StackedRNNCells {
  std::vector<Layer> cells{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  std::vector<Sublayer> sublayers();
  // Throws ValueError: only an RNN can use it.
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
