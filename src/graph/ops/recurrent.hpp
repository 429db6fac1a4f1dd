// A recurrent layer over a series: (N, T, C) to (N, T, U), or to the last step (N, U).
#pragma once

#include "wavetrain/activations.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

enum class CellKind { simple, gru, gru_reset_before, lstm };

struct Recurrent final : OpMath<Recurrent> {
  CellKind cell = CellKind::lstm;
  Index units = 0;
  Activation activation = "tanh";
  Activation recurrent_activation = "sigmoid";
  bool return_sequences = false;
  bool go_backwards = false;
  bool zero_output_for_mask = false;
  double dropout = 0;
  double recurrent_dropout = 0;

  Index gates() const { return cell == CellKind::lstm ? 4 : cell == CellKind::simple ? 1 : 3; }

  // Inputs: x, kernel (C, G·U), recurrent kernel (U, G·U), bias (optional), mask (N, T) (optional).
  std::string_view name() const override { return "recurrent"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool is_random() const override { return dropout > 0 || recurrent_dropout > 0; }
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
