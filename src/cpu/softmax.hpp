// The activations that work along an axis: softmax, log_softmax, sparsemax, glu. activation.hpp calls them.
//
// Arrays are (outer, size, inner), `size` the axis. Infinities and NaN come out as from Keras on JAX: a NaN or +inf, or
// nothing but -inf, makes the whole row of a softmax NaN. y may be x and dx may be dy or y; for sparsemax dx must not
// be x.
#pragma once

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// y = exp(x - max) / sum(exp(x - max)).
void softmax_forward(Index outer, Index size, Index inner, const float* x, float* y);
// dx = y (dy - sum(dy y)).
void softmax_backward(Index outer, Index size, Index inner, const float* y, const float* dy, float* dx);

// y = (x - max) - log(sum(exp(x - max))).
void log_softmax_forward(Index outer, Index size, Index inner, const float* x, float* y);
// dx = dy - exp(y) sum(dy).
void log_softmax_backward(Index outer, Index size, Index inner, const float* y, const float* dy, float* dx);

// y = max(x - tau, 0) with Keras 3.15.1's tau. With z the values in descending order and c their cumulative sums, the
// support is the k first z with z_j - (c_j - 1)/j > 0; tau = (c_1 + … + c_k - 1)/k. The paper (Martins and Astudillo
// 2016) has (c_k - 1)/k, which agrees for k = 1 only. Finds the order by selection: O(size·k), no memory.
void sparsemax_forward(Index outer, Index size, Index inner, const float* x, float* y);
// dx = dy where y is not below 0 before clipping, minus the sum of those dy times dtau/dx = (k + 1 - rank)/k on the
// support.
void sparsemax_backward(Index outer, Index size, Index inner, const float* x, const float* dy, float* dx);

// x (outer, 2, n) → y (outer, n): y = a sigmoid(b) for the two halves a and b of each row.
void glu_forward(Index outer, Index n, const float* x, float* y);
void glu_backward(Index outer, Index n, const float* x, const float* dy, float* dx);

}  // namespace wavetrain::cpu
