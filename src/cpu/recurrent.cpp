// The loop over time, forward, for both ways.
#include "cpu/recurrent.hpp"

#include <algorithm>

#include "cpu/gemm.hpp"
#include "cpu/recurrent_layout.hpp"

namespace wavetrain::cpu {
namespace {

// to (C or u) = from, or zeros, and zeros up to `padded`.
void load_state(float* to, const float* from, Index n, Index padded) {
  if (from == nullptr) n = 0;
  std::copy_n(from, n, to);
  std::fill(to + n, to + padded, 0.0f);
}

// Steps whose inputs are multiplied together when there is one sample.
constexpr Index kInputSteps = 24;
// With few channels the weights of the inputs are few as well.
bool inputs_together(const Recurrence& r, const RecurrentLayout& layout, Index samples) {
  return layout.fused && samples == 1 && r.C >= 8 && r.T >= 4;
}

// x·mask for the samples of the call, behind the rows.
void mask_inputs(const RecurrentCall& call, float* saved) {
  const Recurrence& r = call.r;
  for (Index m = 0; m < r.input_masks; ++m) {
    for (Index b = call.begin; b < call.end; ++b) {
      const float* mask = call.in.input_dropout + (m * r.B + b) * r.C;
      const float* x = call.in.x + b * r.T * r.C;
      float* to = saved + call.layout.masked_x(r) + (m * r.B + b) * r.T * r.C;
      for (Index t = 0; t < r.T; ++t)
        for (Index c = 0; c < r.C; ++c) to[t * r.C + c] = x[t * r.C + c] * mask[c];
    }
  }
}

}  // namespace

bool recurrent_is_fused(const Recurrence& r) {
  const bool standard = r.activation == ActivationKind::tanh &&
                        (r.cell == Cell::simple_rnn || r.recurrent_activation == ActivationKind::sigmoid);
  return standard && (r.cell != Cell::gru || r.reset_after) && r.input_masks <= 1 && r.recurrent_masks == 0;
}

RecurrentLayout::RecurrentLayout(const Recurrence& r) : lanes(recurrent_lanes()), fused(recurrent_is_fused(r)) {
  padded = (r.units + lanes - 1) / lanes * lanes;
  Index slots = r.gates() + (r.cell == Cell::gru ? 1 : 0);
  const auto take = [&](Index count) {
    slots += count;
    return slots - count;
  };
  if (r.cell == Cell::lstm) c = take(1);
  h = take(1);
  if (!fused) {
    z = take(r.gates());
    if (r.cell == Cell::lstm) new_c = take(1), act_c = take(1);
    if (r.recurrent_masks > 0) masked_h = take(r.gates());
  }
  // An odd number of cache lines: a column of rows then spreads over all sets of the caches, where a power of two would
  // meet in a few.
  constexpr Index kLine = 16;
  row = (slots * padded + kLine - 1) / kLine;
  row = (row + (row % 2 == 0 ? 1 : 0)) * kLine;
}

Index recurrent_packed_floats(const Recurrence& r) {
  const RecurrentLayout layout(r);
  if (layout.fused) return recurrent_fused_packed_floats(r, layout);
  return r.gates() * (packed_floats(r.C, r.units) + packed_floats(r.units, r.units) + 2 * r.units);
}

void recurrent_pack(const Recurrence& r, const RecurrentWeights<float>& weights, float* packed) {
  const RecurrentLayout layout(r);
  if (layout.fused) recurrent_fused_pack(r, layout, weights, packed);
  else recurrent_general_pack(r, weights, packed);
}

Index recurrent_saved_floats(const Recurrence& r) {
  const RecurrentLayout layout(r);
  return layout.masked_x(r) + r.input_masks * r.B * r.T * r.C;
}

Index recurrent_scratch_floats(const Recurrence& r, Index samples) {
  const RecurrentLayout layout(r);
  const Index forward = 2 * samples * layout.row;
  const Index backward = (4 * samples + 4) * layout.padded + (r.input_masks > 1 ? std::max(samples, r.T) * r.C : 0);
  const Index alone =
      2 * layout.row + (inputs_together(r, layout, 1) ? kInputSteps * recurrent_fused_start_floats(r, layout) : 0);
  return std::max({forward, backward, alone});
}

void recurrent_forward(const Recurrence& r, const float* packed, const RecurrentInputs<float>& in,
                       const RecurrentOutputs<float>& out, float* saved, float* scratch, Index begin, Index end) {
  if (begin == end) return;
  const RecurrentLayout layout(r);
  const RecurrentCall call{r, layout, packed, in, begin, end};
  const Index u = r.units, samples = end - begin;
  const RecurrentRows rows = saved != nullptr ? RecurrentRows{saved + begin * (r.T + 1) * layout.row,
                                                              (r.T + 1) * layout.row, layout.row, r.T + 1}
                                              : RecurrentRows{scratch, layout.row, samples * layout.row, 2};
  if (saved != nullptr) mask_inputs(call, saved);

  for (Index i = 0; i < samples; ++i) {
    float* first = rows.at(0) + i * rows.sample_stride;
    const Index state = (begin + i) * u;
    load_state(first + layout.h * layout.padded, in.h0 == nullptr ? nullptr : in.h0 + state, u, layout.padded);
    if (r.cell == Cell::lstm)
      load_state(first + layout.c * layout.padded, in.c0 == nullptr ? nullptr : in.c0 + state, u, layout.padded);
  }
  const Index y_steps = r.return_sequences ? r.T : 1;
  float* const y = out.y + begin * y_steps * u;
  RecurrentStep step{};
  step.sample_stride = rows.sample_stride;
  step.gate_stride = r.input_masks > 1 ? r.B * r.T * r.C : 0;
  step.y_stride = y_steps * u;
  step.save = saved != nullptr;
  step.start = nullptr;
  const bool together = inputs_together(r, layout, samples);
  const Index start_floats = together ? recurrent_fused_start_floats(r, layout) : 0;
  float* const inputs = scratch + 2 * layout.row;
  for (Index s = 0; s < r.T; ++s) {
    // One sample alone: what the last step read last is still in the first-level cache, so this one begins with it.
    step.downwards = samples == 1 && s % 2 == 1;
    step.now = rows.at(s);
    step.next = rows.at(s + 1);
    step.x = recurrent_gate_input(r, layout, in.x, saved, 0) + (begin * r.T + call.time(s)) * r.C;
    step.mask = call.mask(s);
    if (r.return_sequences) {
      step.y = y + s * u;
      step.y_before = s == 0 ? nullptr : step.y - u;
    } else if (in.mask != nullptr) {  // a masked last step repeats an earlier one
      step.y = y;
      step.y_before = s == 0 ? nullptr : y;
    } else {
      step.y = s + 1 == r.T ? y : nullptr;
    }
    if (together) {
      if (s % kInputSteps == 0) {
        recurrent_fused_inputs(call, step.x, r.go_backwards ? -r.C : r.C, std::min(kInputSteps, r.T - s), inputs);
      }
      step.start = inputs + s % kInputSteps * start_floats;
    }
    if (layout.fused) recurrent_fused_step(call, step);
    else recurrent_general_step(call, step);
  }
  if (r.T == 0 && !r.return_sequences) std::fill_n(y, samples * u, 0.0f);
  for (Index i = 0; i < samples; ++i) {
    const float* last = rows.at(r.T) + i * rows.sample_stride;
    if (out.h_last != nullptr) std::copy_n(last + layout.h * layout.padded, u, out.h_last + (begin + i) * u);
    if (out.c_last != nullptr && r.cell == Cell::lstm)
      std::copy_n(last + layout.c * layout.padded, u, out.c_last + (begin + i) * u);
  }
}

}  // namespace wavetrain::cpu
