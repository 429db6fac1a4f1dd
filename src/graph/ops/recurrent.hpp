// A recurrent layer over a series: (N, T, C) to (N, T, u), or to the last step (N, u). See reference/recurrent_options.hpp.
//
// A stateful one begins where the batch before it ended: its states h (N, u), for LSTM also c, are read and written, in
// training and outside, and N is fixed. No gradient goes from batch to batch.
#pragma once

#include "reference/recurrent_options.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct Recurrent final : OpMath<Recurrent> {
  Recurrence options;  // B, T, C and the number of masks come with the batch
  double dropout = 0;
  double recurrent_dropout = 0;

  bool stateful = false;
  Index batch = kNone;  // N, when stateful

  // Inputs: x, kernel (C, G·u), recurrent kernel (u, G·u), bias (optional), mask (N, T) (optional). States: h, c.
  std::string_view name() const override { return "recurrent"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool is_random() const override { return dropout > 0 || recurrent_dropout > 0; }
  bool backward_reads_input(int input) const override { return input < 3; }
  bool backward_reads_output() const override { return false; }
  // What the recurrence saves, scratch, the dropout masks, the initial state, the mask as bytes.
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  // The options for a batch of shape `x`; dropout only while training.
  Recurrence recurrence(const Shape& x, bool training) const;
  // Keras draws one mask for all gates, or, with recurrent dropout, one for each gate.
  Index input_masks() const { return dropout == 0 ? 0 : recurrent_dropout == 0 ? 1 : options.gates(); }
  Index recurrent_masks() const { return recurrent_dropout == 0 ? 0 : options.gates(); }
  Index input_mask_floats(const Shape& x) const { return input_masks() * x[0] * x[2]; }
  Index recurrent_mask_floats(const Shape& x) const { return recurrent_masks() * x[0] * options.units; }
  Index states() const { return !stateful ? 0 : options.cell == Cell::lstm ? 2 : 1; }
  Index state_floats(const Shape& x) const { return x[0] * options.units; }
  // Draws the masks (values 0 or 1 / (1 - rate)), input ones first, of all samples.
  template <class T>
  void draw_masks(const RandomKey& key, const Shape& x, T* input_mask, T* recurrent_mask) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
