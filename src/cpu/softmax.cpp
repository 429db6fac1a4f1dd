#include "cpu/softmax.hpp"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/softmax.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"
#include "cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

// --- One row, inner = 1: lanes run along the axis. -------------------------------------------------------------------

// The largest value, in all lanes. A NaN may be skipped; the sum that follows will meet it.
FloatVector row_max(Index n, const float* x) {
  const FloatTag d;
  const FloatVector lowest = hn::Set(d, kMinusInfinity);
  FloatVector max = lowest;
  for_each_vector(n, [&](auto at) HWY_ATTR { max = hn::Max(max, at.or_else(at.load(x), lowest)); });
  return hn::MaxOfLanes(d, max);
}

// sum(f(at)), in all lanes; f must give 0 for missing lanes.
template <class Function>
HWY_INLINE FloatVector row_sum(Index n, Function f) {
  const FloatTag d;
  FloatVector sum = hn::Zero(d);
  for_each_vector(n, [&](auto at) HWY_ATTR { sum = hn::Add(sum, f(at)); });
  return hn::SumOfLanes(d, sum);
}

void SoftmaxRow(Index n, const float* x, float* y) {
  const FloatTag d;
  const FloatVector max = row_max(n, x);
  const FloatVector sum = row_sum(n, [&](auto at) HWY_ATTR {
    const FloatVector e = exp_nonpositive(d, hn::Sub(at.load(x), max));
    at.store(e, y);
    return at.or_else(e, hn::Zero(d));
  });
  const FloatVector scale = hn::Div(hn::Set(d, 1.0f), sum);
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(y), scale), y); });
}

void SoftmaxRowBackward(Index n, const float* y, const float* dy, float* dx) {
  const FloatVector dot = row_sum(n, [&](auto at) HWY_ATTR { return hn::Mul(at.load(y), at.load(dy)); });
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(y), hn::Sub(at.load(dy), dot)), dx); });
}

void LogSoftmaxRow(Index n, const float* x, float* y) {
  const FloatTag d;
  const FloatVector max = row_max(n, x);
  const FloatVector sum = row_sum(
      n, [&](auto at) HWY_ATTR { return at.or_else(exp_nonpositive(d, hn::Sub(at.load(x), max)), hn::Zero(d)); });
  const FloatVector log_sum = log(d, sum);
  for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Sub(hn::Sub(at.load(x), max), log_sum), y); });
}

void LogSoftmaxRowBackward(Index n, const float* y, const float* dy, float* dx) {
  const FloatTag d;
  const FloatVector sum = row_sum(n, [&](auto at) HWY_ATTR { return at.load(dy); });
  for_each_vector(
      n, [&](auto at) HWY_ATTR { at.store(hn::NegMulAdd(exp_nonpositive(d, at.load(y)), sum, at.load(dy)), dx); });
}

// --- One (size, inner) block: lanes run along inner, sums go over the axis in ascending order. -----------------------

void SoftmaxBlock(Index size, Index inner, const float* x, float* y) {
  const FloatTag d;
  for_each_vector(inner, [&](auto at) HWY_ATTR {
    FloatVector max = hn::Set(d, kMinusInfinity);
    for (Index k = 0; k < size; ++k) max = hn::Max(max, at.load(x + k * inner));
    FloatVector sum = hn::Zero(d);
    for (Index k = 0; k < size; ++k) {
      const FloatVector e = exp_nonpositive(d, hn::Sub(at.load(x + k * inner), max));
      at.store(e, y + k * inner);
      sum = hn::Add(sum, e);
    }
    const FloatVector scale = hn::Div(hn::Set(d, 1.0f), sum);
    for (Index k = 0; k < size; ++k) at.store(hn::Mul(at.load(y + k * inner), scale), y + k * inner);
  });
}

void SoftmaxBlockBackward(Index size, Index inner, const float* y, const float* dy, float* dx) {
  const FloatTag d;
  for_each_vector(inner, [&](auto at) HWY_ATTR {
    FloatVector dot = hn::Zero(d);
    for (Index k = 0; k < size; ++k) dot = hn::MulAdd(at.load(y + k * inner), at.load(dy + k * inner), dot);
    for (Index k = 0; k < size; ++k) {
      at.store(hn::Mul(at.load(y + k * inner), hn::Sub(at.load(dy + k * inner), dot)), dx + k * inner);
    }
  });
}

void LogSoftmaxBlock(Index size, Index inner, const float* x, float* y) {
  const FloatTag d;
  for_each_vector(inner, [&](auto at) HWY_ATTR {
    FloatVector max = hn::Set(d, kMinusInfinity);
    for (Index k = 0; k < size; ++k) max = hn::Max(max, at.load(x + k * inner));
    FloatVector sum = hn::Zero(d);
    for (Index k = 0; k < size; ++k) {
      sum = hn::Add(sum, exp_nonpositive(d, hn::Sub(at.load(x + k * inner), max)));
    }
    const FloatVector log_sum = log(d, sum);
    for (Index k = 0; k < size; ++k) {
      at.store(hn::Sub(hn::Sub(at.load(x + k * inner), max), log_sum), y + k * inner);
    }
  });
}

void LogSoftmaxBlockBackward(Index size, Index inner, const float* y, const float* dy, float* dx) {
  const FloatTag d;
  for_each_vector(inner, [&](auto at) HWY_ATTR {
    FloatVector sum = hn::Zero(d);
    for (Index k = 0; k < size; ++k) sum = hn::Add(sum, at.load(dy + k * inner));
    for (Index k = 0; k < size; ++k) {
      const FloatVector p = exp_nonpositive(d, at.load(y + k * inner));
      at.store(hn::NegMulAdd(p, sum, at.load(dy + k * inner)), dx + k * inner);
    }
  });
}

// --- All rows --------------------------------------------------------------------------------------------------------

void Softmax(Index outer, Index size, Index inner, const float* x, float* y) {
  for (Index o = 0; o < outer; ++o, x += size * inner, y += size * inner) {
    if (inner == 1) SoftmaxRow(size, x, y);
    else SoftmaxBlock(size, inner, x, y);
  }
}

void SoftmaxBackward(Index outer, Index size, Index inner, const float* y, const float* dy, float* dx) {
  for (Index o = 0; o < outer; ++o, y += size * inner, dy += size * inner, dx += size * inner) {
    if (inner == 1) SoftmaxRowBackward(size, y, dy, dx);
    else SoftmaxBlockBackward(size, inner, y, dy, dx);
  }
}

void LogSoftmax(Index outer, Index size, Index inner, const float* x, float* y) {
  for (Index o = 0; o < outer; ++o, x += size * inner, y += size * inner) {
    if (inner == 1) LogSoftmaxRow(size, x, y);
    else LogSoftmaxBlock(size, inner, x, y);
  }
}

void LogSoftmaxBackward(Index outer, Index size, Index inner, const float* y, const float* dy, float* dx) {
  for (Index o = 0; o < outer; ++o, y += size * inner, dy += size * inner, dx += size * inner) {
    if (inner == 1) LogSoftmaxRowBackward(size, y, dy, dx);
    else LogSoftmaxBlockBackward(size, inner, y, dy, dx);
  }
}

void Glu(Index outer, Index n, const float* x, float* y) {
  const FloatTag d;
  for (Index o = 0; o < outer; ++o, x += 2 * n, y += n) {
    for_each_vector(n, [&](auto at) HWY_ATTR { at.store(hn::Mul(at.load(x), sigmoid(d, at.load(x + n))), y); });
  }
}

void GluBackward(Index outer, Index n, const float* x, const float* dy, float* dx) {
  const FloatTag d;
  for (Index o = 0; o < outer; ++o, x += 2 * n, dy += n, dx += 2 * n) {
    for_each_vector(n, [&](auto at) HWY_ATTR {
      const FloatVector a = at.load(x);
      const FloatVector s = sigmoid(d, at.load(x + n));
      const FloatVector da = hn::Mul(at.load(dy), s);
      at.store(da, dx);
      at.store(hn::Mul(hn::Mul(da, a), hn::Sub(hn::Set(d, 1.0f), s)), dx + n);
    });
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "reference/sparsemax.hpp"

namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Softmax);
WAVETRAIN_EXPORT(SoftmaxBackward);
WAVETRAIN_EXPORT(LogSoftmax);
WAVETRAIN_EXPORT(LogSoftmaxBackward);
WAVETRAIN_EXPORT(Glu);
WAVETRAIN_EXPORT(GluBackward);

void softmax_forward(Index outer, Index size, Index inner, const float* x, float* y) {
  WAVETRAIN_DISPATCH(Softmax)(outer, size, inner, x, y);
}
void softmax_backward(Index outer, Index size, Index inner, const float* y, const float* dy, float* dx) {
  WAVETRAIN_DISPATCH(SoftmaxBackward)(outer, size, inner, y, dy, dx);
}
void log_softmax_forward(Index outer, Index size, Index inner, const float* x, float* y) {
  WAVETRAIN_DISPATCH(LogSoftmax)(outer, size, inner, x, y);
}
void log_softmax_backward(Index outer, Index size, Index inner, const float* y, const float* dy, float* dx) {
  WAVETRAIN_DISPATCH(LogSoftmaxBackward)(outer, size, inner, y, dy, dx);
}
// Its order of values does not vectorise, and it is rare: the plain loops serve.
void sparsemax_forward(Index outer, Index size, Index inner, const float* x, float* y) {
  reference::sparsemax_forward(y, x, outer, size, inner);
}
void sparsemax_backward(Index outer, Index size, Index inner, const float* x, const float* dy, float* dx) {
  reference::sparsemax_backward(dx, dy, x, outer, size, inner);
}
void glu_forward(Index outer, Index n, const float* x, float* y) { WAVETRAIN_DISPATCH(Glu)(outer, n, x, y); }
void glu_backward(Index outer, Index n, const float* x, const float* dy, float* dx) {
  WAVETRAIN_DISPATCH(GluBackward)(outer, n, x, dy, dx);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
