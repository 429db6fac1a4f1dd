#include "cpu/reduce.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// sum(f(value)) over n <= kReduceBlock elements, in four chains so that additions overlap.
template <class Add>
HWY_INLINE double block_sum(Index n, const float* x, Add add) {
  const FloatTag d;
  const Index step = lanes();
  FloatVector s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  Index i = 0;
  for (; i + 4 * step <= n; i += 4 * step) {
    s0 = add(s0, hn::LoadU(d, x + i));
    s1 = add(s1, hn::LoadU(d, x + i + step));
    s2 = add(s2, hn::LoadU(d, x + i + 2 * step));
    s3 = add(s3, hn::LoadU(d, x + i + 3 * step));
  }
  for_each_vector(n - i, [&](auto at) HWY_ATTR { s0 = add(s0, at.load(x + i)); });
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)))));
}

double BlockSum(Index n, const float* x) {
  return block_sum(n, x, [](FloatVector sum, FloatVector v) HWY_ATTR { return hn::Add(sum, v); });
}

double BlockSquares(Index n, const float* x) {
  return block_sum(n, x, [](FloatVector sum, FloatVector v) HWY_ATTR { return hn::MulAdd(v, v, sum); });
}

void ColumnSums(Index rows, Index columns, const float* x, Index stride, float* y, bool accumulate) {
  const FloatTag d;
  for_each_vector(columns, [&](auto at) HWY_ATTR {
    FloatVector total = accumulate ? at.load(y) : hn::Zero(d);
    for (Index start = 0; start < rows; start += kColumnBlock) {
      FloatVector sum = hn::Zero(d);
      const Index end = std::min(start + kColumnBlock, rows);
      for (Index row = start; row < end; ++row) sum = hn::Add(sum, at.load(x + row * stride));
      total = hn::Add(total, sum);
    }
    at.store(total, y);
  });
}

void Scale(Index n, float a, float* x) {
  const FloatVector factor = hn::Set(FloatTag(), a);
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(x), factor), x); });
}

void Axpy(Index n, float a, const float* x, float* y) {
  const FloatVector factor = hn::Set(FloatTag(), a);
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::MulAdd(factor, at.load(x), at.load(y)), y); });
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(BlockSum);
WAVETRAIN_EXPORT(BlockSquares);
WAVETRAIN_EXPORT(ColumnSums);
WAVETRAIN_EXPORT(Scale);
WAVETRAIN_EXPORT(Axpy);

namespace {
Index block_size(Index n, Index block) { return std::min(kReduceBlock, n - block * kReduceBlock); }
}  // namespace

void sum_blocks_of(Index n, const float* x, Index first, Index last, double* partial) {
  const auto block_sum = WAVETRAIN_DISPATCH(BlockSum);
  for (Index b = first; b < last; ++b) partial[b] = block_sum(block_size(n, b), x + b * kReduceBlock);
}

void square_blocks_of(Index n, const float* x, Index first, Index last, double* partial) {
  const auto block_squares = WAVETRAIN_DISPATCH(BlockSquares);
  for (Index b = first; b < last; ++b) partial[b] = block_squares(block_size(n, b), x + b * kReduceBlock);
}

double sum_blocks(Index blocks, const double* partial) {
  double total = 0;
  for (Index b = 0; b < blocks; ++b) total += partial[b];
  return total;
}

double sum(Index n, const float* x) {
  const auto block_sum = WAVETRAIN_DISPATCH(BlockSum);
  double total = 0;
  for (Index b = 0; b < reduce_blocks(n); ++b) total += block_sum(block_size(n, b), x + b * kReduceBlock);
  return total;
}

double sum_of_squares(Index n, const float* x) {
  const auto block_squares = WAVETRAIN_DISPATCH(BlockSquares);
  double total = 0;
  for (Index b = 0; b < reduce_blocks(n); ++b) total += block_squares(block_size(n, b), x + b * kReduceBlock);
  return total;
}

void column_sums(Index rows, Index columns, const float* x, Index stride, float* y, bool accumulate) {
  WAVETRAIN_DISPATCH(ColumnSums)(rows, columns, x, stride, y, accumulate);
}
void scale(Index n, float a, float* x) { WAVETRAIN_DISPATCH(Scale)(n, a, x); }
void axpy(Index n, float a, const float* x, float* y) { WAVETRAIN_DISPATCH(Axpy)(n, a, x, y); }

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
