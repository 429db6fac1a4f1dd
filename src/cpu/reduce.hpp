// Sums in an order that depends on nothing but the sizes, and the simplest updates.
//
// Long sums are cut into blocks of kReduceBlock elements (kColumnBlock rows); each block is summed on its own and the
// blocks are added in ascending order, in double for whole-array sums. Several threads get the same bits by computing
// blocks into an array and adding that up with sum_blocks. Nothing allocates.
#pragma once

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

inline constexpr Index kReduceBlock = 4096;
inline constexpr Index kColumnBlock = 128;

inline Index reduce_blocks(Index n) { return (n + kReduceBlock - 1) / kReduceBlock; }

// Blocks first .. last-1 of the n elements of x: partial[b] is the sum (of squares) of block b.
void sum_blocks_of(Index n, const float* x, Index first, Index last, double* partial);
void square_blocks_of(Index n, const float* x, Index first, Index last, double* partial);
// partial[0] + partial[1] + …
double sum_blocks(Index blocks, const double* partial);

// The same in one call.
double sum(Index n, const float* x);
double sum_of_squares(Index n, const float* x);

// y[f] (+)= sum over rows of x[row * stride + f], f < columns: the gradient of a bias. Columns are independent, so a
// call may be split over them.
void column_sums(Index rows, Index columns, const float* x, Index stride, float* y, bool accumulate);

// x *= a.
void scale(Index n, float a, float* x);
// y += a x.
void axpy(Index n, float a, const float* x, float* y);

}  // namespace wavetrain::cpu
