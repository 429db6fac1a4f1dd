// Matrix products of a dense layer: x (M, C), w (C, F), y (M, F), all contiguous. M is the number of rows (samples, or
// samples times steps).
//
// The choice between the forms below is one of speed: all of them give the same bits.
#pragma once

#include "cpu/gemm.hpp"

namespace wavetrain::cpu {

// y = activation(x · w + b), rows [begin, end). `weights` are as Keras stores them, or by pack_b when `packed`.
void dense_forward(Index C, Index F, const float* x, const float* weights, bool packed, const float* bias,
                   Activation activation, float* y, Index begin, Index end);

// dx (M, C) = dy (M, F) · w^T, for few rows. Instead of transposing w it computes dx^T = w · dy^T and transposes the
// small sides. Columns [begin, end) of C, so that threads can share the weights; scratch is per call.
Index dense_backward_input_scratch_floats(Index M, Index C, Index F);
void dense_backward_input(Index M, Index C, Index F, const float* dy, const float* weights, float* dx, Index begin,
                          Index end, bool accumulate, float* scratch, const Gate& gate = {});

// The same for many rows, rows [begin, end), over w^T packed by dense_pack_transposed into packed_floats(F, C).
void dense_pack_transposed(Index C, Index F, const float* weights, float* packed);
void dense_backward_input_packed(Index C, Index F, const float* dy, const float* packed, float* dx, Index begin,
                                 Index end, bool accumulate, const Gate& gate = {});

// Which of the two forms of the input gradient is faster.
bool dense_backward_prefers_packed(Index M, Index F);

// The gradient of the weights and the bias are gemm_tn and column_sums with one sample of M rows.

}  // namespace wavetrain::cpu
