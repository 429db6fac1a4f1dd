// Where the kernels of recurrent.hpp keep things. Not for others.
#pragma once

#include "cpu/recurrent.hpp"

namespace wavetrain::cpu {

// A row holds what belongs to one step of one sample: slots of `padded` floats, one value per unit, zeros beyond the
// units (the kernels work on whole vectors). Rows of a sample follow each other in processing order.
struct RecurrentLayout {
  static constexpr Index kNone = -1;

  Index lanes = 0;   // of the target's vectors
  Index padded = 0;  // units rounded up to whole vectors
  bool fused = false;
  Index row = 0;  // floats from one row to the next

  // Slots, in multiples of `padded`. Gates first: after the activation in the forward pass, their gradients before it
  // in the backward pass.
  static constexpr Index kGates = 0;
  // GRU, after its three gates z, r, h. reset_after: h·U_h + b1_h, and then its gradient. Else r·(h·mask).
  static constexpr Index kInner = 3;
  Index h = 0;             // the state that the step starts from
  Index c = kNone;         // LSTM
  Index z = kNone;         // general: gates before the activation
  Index new_c = kNone;     // general LSTM: the state after the step, and
  Index act_c = kNone;     //   act of it
  Index masked_h = kNone;  // with recurrent dropout: h·mask per gate

  explicit RecurrentLayout(const Recurrence& r);

  // Saved: for each sample T + 1 rows, of which the last one holds only the final state; after all samples x·mask as
  // (input_masks, B, T, C).
  Index masked_x(const Recurrence& r) const { return r.B * (r.T + 1) * row; }
};

// The rows of a call: saved ones, or two per sample that take turns.
struct RecurrentRows {
  float* base;  // of the call's first sample
  Index sample_stride, row, period;

  float* at(Index s) const { return base + s % period * row; }
};

// What both ways need to know about one call.
struct RecurrentCall {
  const Recurrence& r;
  const RecurrentLayout& layout;
  const float* packed;
  const RecurrentInputs<float>& in;
  Index begin, end;

  Index samples() const { return end - begin; }
  Index time(Index s) const { return r.go_backwards ? r.T - 1 - s : s; }
  // Row (sample, time) of the mask for the call's first sample, or null; samples lie T apart.
  const std::uint8_t* mask(Index s) const { return in.mask == nullptr ? nullptr : in.mask + begin * r.T + time(s); }
};

// Input of gate g: x itself or x·mask.
inline const float* recurrent_gate_input(const Recurrence& r, const RecurrentLayout& layout, const float* x,
                                         const float* saved, Index g) {
  if (r.input_masks == 0 || saved == nullptr) return x;
  return saved + layout.masked_x(r) + (r.input_masks == 1 ? 0 : g) * r.B * r.T * r.C;
}

// One step forward of all samples of the call, from row `now` to the state in row `next`. x is gate 0's input of the
// first sample, samples are T·C apart and gates gate_stride apart. y is the first sample's output or null, samples
// y_stride apart; y_before is the output of the step before, or null for zeros.
struct RecurrentStep {
  float* now;
  float* next;
  Index sample_stride;  // of rows
  const float* x;
  Index gate_stride;
  float* y;
  const float* y_before;
  Index y_stride;
  const std::uint8_t* mask;
  bool save;
  const float* start;  // null, or what recurrent_fused_inputs has left for this step
  bool downwards;      // through the units, in any order: see recurrent_forward
};
// One sample alone: a step reads all weights for one row, so it takes as long as the cache needs to bring them. What
// comes from x is the same product over many steps, which reads its half of the weights once: bias and x over C, where
// the chains of a step's gates start, for `steps` steps. x is that of the first one, x_stride (maybe negative) apart.
Index recurrent_fused_start_floats(const Recurrence& r, const RecurrentLayout& layout);  // of one step
void recurrent_fused_inputs(const RecurrentCall& call, const float* x, Index x_stride, Index steps, float* start);
void recurrent_fused_step(const RecurrentCall& call, const RecurrentStep& step);
void recurrent_general_step(const RecurrentCall& call, const RecurrentStep& step);

// One step backward of all samples of the call. dh and dc (samples, padded) are the gradient of the state after the
// step and become that of the state before it; gates become their gradients.
struct RecurrentBackStep {
  float* row;
  Index sample_stride;
  const float* dy;  // or null; samples dy_stride apart
  Index dy_stride;
  float* repeated_dy;  // (samples, padded): of outputs that masked steps repeat; null without a mask
  const std::uint8_t* mask;
  float* dh;
  float* dc;
  float* product;  // (samples, padded), general
  float* dgates;   // (4, padded), general
};
// Only the elementwise part: what is left to add to dh is the product of the gates' gradients and U^T.
void recurrent_fused_gates_backward(const RecurrentCall& call, const RecurrentBackStep& step);
void recurrent_general_step_backward(const RecurrentCall& call, const RecurrentBackStep& step);

void recurrent_general_pack(const Recurrence& r, const RecurrentWeights<float>& weights, float* packed);

Index recurrent_lanes();  // of the target in use
Index recurrent_fused_packed_floats(const Recurrence& r, const RecurrentLayout& layout);
void recurrent_fused_pack(const Recurrence& r, const RecurrentLayout& layout, const RecurrentWeights<float>& weights,
                          float* packed);

}  // namespace wavetrain::cpu
