// A recurrent layer over a series: (N, T, C) to (N, T, u), or to the last step (N, u). See
// reference/recurrent_options.hpp. With return_state the rows of a sample are its output, one or T, and then its last h
// and, for LSTM, c: (N, R, u).
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
  bool return_state = false;

  bool stateful = false;
  Index batch = kNone;  // N, when stateful

  // Inputs: x, kernel (C, G·u), recurrent kernel (u, G·u), bias (optional), mask (N, T) (optional). States: h, c.
  std::string_view name() const override { return "recurrent"; }
  Shape infer(std::span<const Shape> inputs) const override;
  double cost(std::span<const Shape> inputs, const Shape& output) const override;
  bool is_random() const override { return dropout > 0 || recurrent_dropout > 0; }
  bool backward_reads_input(int input) const override { return input < 3; }
  bool backward_reads_output() const override { return false; }
  // What the recurrence saves, scratch, the dropout masks, the initial state, output and states where they are returned
  // together, the mask as bytes.
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  // The options for a batch of shape `x`; dropout only while training.
  Recurrence recurrence(const Shape& x, bool training) const;
  // Keras draws one mask for all gates, or, with recurrent dropout, one for each gate.
  Index input_masks() const { return dropout == 0 ? 0 : recurrent_dropout == 0 ? 1 : options.gates(); }
  Index recurrent_masks() const { return recurrent_dropout == 0 ? 0 : options.gates(); }
  Index input_mask_floats(const Shape& x) const { return input_masks() * x[0] * x[2]; }
  Index recurrent_mask_floats(const Shape& x) const { return recurrent_masks() * x[0] * options.units; }
  Index states() const { return stateful ? cell_states() : 0; }
  Index cell_states() const { return options.cell == Cell::lstm ? 2 : 1; }
  Index state_floats(const Shape& x) const { return x[0] * options.units; }
  // The output alone, of all samples.
  Index output_rows(const Shape& x) const { return options.return_sequences ? x[1] : 1; }
  Index output_floats(const Shape& x) const { return output_rows(x) * state_floats(x); }
  // Between the output (N, T or 1, u) with its states (N, u; c may be null) and the rows (N, R, u) of samples [first,
  // last).
  template <class T>
  void join_rows(const Shape& x, const T* y, const T* h, const T* c, T* rows, Index first, Index last) const;
  template <class T>
  void split_rows(const Shape& x, const T* rows, T* y, T* h, T* c, Index first, Index last) const;
  // Draws the masks (values 0 or 1 / (1 - rate)), input ones first, of all samples.
  template <class T>
  void draw_masks(const RandomKey& key, const Shape& x, T* input_mask, T* recurrent_mask) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
