// Recurrent layers, float32: kernels for the recurrences of reference/recurrent_options.hpp.
//
// A thread takes a slice [begin, end) of the samples through the whole sequence; there is no barrier between steps.
// Pointers in RecurrentInputs and its kin are always those of the whole batch.
//
// There are two ways through a recurrence, with equal meaning:
//   fused    LSTM, GRU (reset_after) and SimpleRNN with tanh and sigmoid and without recurrent dropout or per-gate
//   input
//            masks: one kernel per step accumulates x·W + h·U + b for one vector of units, all gates at once, and goes
//            through the gates while they are in registers.
//   general  everything else: matrix products (gemm.hpp) and activation kernels, one after the other.
//
// Summation is a contract. In the fused kernel a gate's element is one ascending chain of multiply-adds: bias, then x
// over C, then h over u; in the general one the chains are gemm's. So the bits of a sample depend neither on the
// samples beside it, nor on the slice, nor on how a sequence is cut into calls that hand on the state: a stream equals
// a batch. Weight gradients are one ascending chain over samples and, within one, over steps in processing order, for
// every output element; they are cut into tiles of output elements, so the number of threads does not show either.
//
// Nothing here allocates, throws or checks. All sizes are in floats. Packed weights, saved values and scratch should
// begin at multiples of 64 bytes: vectors that straddle cache lines cost up to a factor of two. Packed weights and
// saved values belong to the target in use (wavetrain/target.hpp) and to one Recurrence: options that change the way,
// such as dropout, change them.
#pragma once

#include "reference/recurrent_options.hpp"

namespace wavetrain::cpu {

// True when the fused way is taken; for tests and reports.
bool recurrent_is_fused(const Recurrence& r);

// --- Forward ---

Index recurrent_packed_floats(const Recurrence& r);
void recurrent_pack(const Recurrence& r, const RecurrentWeights<float>& weights, float* packed);

// What the forward pass leaves for the backward pass, for the whole batch. Zero-filling is not needed.
Index recurrent_saved_floats(const Recurrence& r);

// For a call with `samples` samples, forward or backward.
Index recurrent_scratch_floats(const Recurrence& r, Index samples);

// With `saved` null only a rolling state is kept (in scratch): prediction and streaming. Dropout needs `saved`. h_last
// may be h0 and c_last may be c0. A stream calls this with B = 1 and T = the number of new steps.
void recurrent_forward(const Recurrence& r, const float* packed, const RecurrentInputs<float>& in,
                       const RecurrentOutputs<float>& out, float* saved, float* scratch, Index begin, Index end);

// --- Backward ---
// First recurrent_backward for all samples, then the weights' tasks; both read `saved`, which the first one overwrites.

Index recurrent_backward_packed_floats(const Recurrence& r);
void recurrent_backward_pack(const Recurrence& r, const RecurrentWeights<float>& weights, float* packed);

// Writes dx, dh0 and dc0 (those that are not null) of samples [begin, end), and their part of what the weight gradients
// need.
void recurrent_backward(const Recurrence& r, const float* packed, const RecurrentInputs<float>& in,
                        const RecurrentOutputGradients<float>& dout, const RecurrentInputGradients<float>& din,
                        float* saved, float* scratch, Index begin, Index end);

// The gradients that are not null of the weights: cut into tasks, blocks of samples (sample_blocks.hpp) times tiles. With
// more than one block their sums go to `partial` first, recurrent_weight_partial_floats() for batches of up to r.B samples,
// shared by all threads. Gradients are written, or added to with `accumulate`.
struct RecurrentWeightWork {
  RecurrentInputs<float> in{};
  const float* saved = nullptr;
  RecurrentWeightGradients<float> d{};
  bool accumulate = false;
  float* partial = nullptr;
};
Index recurrent_weight_partial_floats(const Recurrence& r);
Index recurrent_weight_tasks(const Recurrence& r, const RecurrentWeightWork& work);
// Tasks [begin, end). When all are done, recurrent_finish_weights adds up the blocks, in tasks of its own.
void recurrent_backward_weights(const Recurrence& r, const RecurrentWeightWork& work, Index begin, Index end);
Index recurrent_finish_tasks(const Recurrence& r);
void recurrent_finish_weights(const Recurrence& r, const RecurrentWeightWork& work, Index begin, Index end);

}  // namespace wavetrain::cpu
