// One-dimensional convolution over (samples, T, C), forward and backward: matrix products over overlapping views of the
// input (gemm.hpp), so that nothing is copied but rows near a padded edge.
//
// Input x (samples, T, C), weights w (K, C/groups, F), output y (samples, output_length(), F), all contiguous; see
// Conv1DShape. Every element is one ascending chain of multiply-adds (over K, then C; in the weight gradient over
// samples, then time), whatever range of rows, samples or tasks a call computes: results have the same bits for any
// split over threads. Nothing here allocates; scratch comes from the caller, one per thread, sized by the function
// named with it. A dense layer over T steps is a convolution with K = 1; over flat rows see dense.hpp.
#pragma once

#include "core/conv1d_shape.hpp"
#include "cpu/gemm.hpp"
#include "cpu/sample_blocks.hpp"

namespace wavetrain::cpu {

// --- Forward ---------------------------------------------------------------------------------------------------------

struct Conv1DForward {
  const float* weights = nullptr;  // as Keras stores them, or by conv1d_pack
  bool packed = false;
  const float* bias = nullptr;  // (F) or none
  Activation activation = Activation::linear;
  GemmNormalization norm{};  // (F); not for depthwise convolutions
  Gate gate{};  // like y: for the transposed convolution, whose input gradient this is. Not for depthwise convolutions
};

// For weights that are used many times, about 10 % faster; the layout belongs to the target in use.
Index conv1d_packed_floats(const Conv1DShape& s);
void conv1d_pack(const Conv1DShape& s, const float* weights, float* packed);

Index conv1d_forward_scratch_floats(const Conv1DShape& s);

// Output rows [begin, end) of one sample: x, y and the gate begin at the sample's first row.
void conv1d_forward_rows(const Conv1DShape& s, const Conv1DForward& f, const float* x, float* y, Index begin, Index end,
                         float* scratch);

// All rows of `samples` samples.
void conv1d_forward(const Conv1DShape& s, const Conv1DForward& f, Index samples, const float* x, float* y,
                    float* scratch);

// --- Gradient of the input -------------------------------------------------------------------------------------------

// The weights with taps reversed and channels exchanged for filters, one matrix per phase of the stride. Depthwise
// convolutions use the plain weights: their size is 0, and the call takes `weights` as it is.
Index conv1d_backward_packed_floats(const Conv1DShape& s);
void conv1d_pack_backward(const Conv1DShape& s, const float* weights, float* packed);

Index conv1d_backward_input_scratch_floats(const Conv1DShape& s);

// For the transposed convolution, whose forward pass this is: (C) or none, and what follows.
struct Conv1DTransposed {
  const float* bias = nullptr;
  Activation activation = Activation::linear;
  Gate gate{};  // for the input gradient, like dx; not with `accumulate`
};

// dx rows [begin, end) of one sample, from dy of the whole sample; adds to dx with `accumulate`. dx and the gate begin at the
// sample's first row.
void conv1d_backward_input_rows(const Conv1DShape& s, const float* weights, const float* packed, const float* dy,
                                float* dx, Index begin, Index end, bool accumulate, float* scratch,
                                const Conv1DTransposed& after = {});

void conv1d_backward_input(const Conv1DShape& s, const float* weights, const float* packed, Index samples,
                           const float* dy, float* dx, bool accumulate, float* scratch,
                           const Conv1DTransposed& after = {});

// --- Gradients of weights and bias -----------------------------------------------------------------------------------

// The work is cut into tasks: blocks of samples (sample_blocks.hpp), times tiles of dw and the bias.
struct Conv1DGradient {
  const float* x = nullptr;
  const float* dy = nullptr;
  float* dw = nullptr;
  float* db = nullptr;  // or none
  bool accumulate = false;
  float* partial = nullptr;  // conv1d_gradient_partial_floats(), shared by all threads
};

Index conv1d_gradient_tasks(const Conv1DShape& s, const SampleBlocks& blocks);
Index conv1d_gradient_partial_floats(const Conv1DShape& s, Index samples, bool in_pieces = false);
Index conv1d_gradient_scratch_floats(const Conv1DShape& s);

// Samples [first, last), which lie in one block, in place of that block's tasks: for callers that have these samples in the
// cache. A block's samples come in ascending order.
void conv1d_backward_weights_of(const Conv1DShape& s, const Conv1DGradient& g, const SampleBlocks& blocks, Index first,
                                Index last, float* scratch);

// Tasks [begin, end). When all are done, conv1d_finish_gradient adds up the blocks, in tasks of its own.
void conv1d_backward_weights(const Conv1DShape& s, const Conv1DGradient& g, const SampleBlocks& blocks, Index begin,
                             Index end, float* scratch);
Index conv1d_finish_tasks(const Conv1DShape& s, const SampleBlocks& blocks);
void conv1d_finish_gradient(const Conv1DShape& s, const Conv1DGradient& g, const SampleBlocks& blocks, Index begin,
                            Index end);

}  // namespace wavetrain::cpu
