#include "cpu/pool1d.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/pool1d.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Steps that are added up before their sum joins the total: keeps rounding errors of long series small, and is constant
// so that a series and its padded copy agree.
constexpr Index kSumBlock = 128;

// max(a, b), NaN if either is.
HWY_INLINE FloatVector max_or_nan(FloatVector a, FloatVector b) {
#if HWY_TARGET <= (1LL << HWY_HIGHEST_TARGET_BIT_X86)
  // In this order: the second operand wins against NaN and equals.
  return hn::IfThenElse(hn::IsNaN(b), b, hn::Max(b, a));
#else
  return hn::IfThenElse(hn::Or(hn::Gt(b, a), hn::IsNaN(b)), b, a);
#endif
}

// sum of x[t * C] over the kept t below T.
template <class At>
HWY_INLINE FloatVector sum_over_time(At at, Index T, Index C, const float* x, const std::uint8_t* mask) {
  const FloatTag d;
  FloatVector total = hn::Zero(d);
  if (T <= kSumBlock && mask == nullptr) {  // one block, as most windows are: what follows would add it to 0
    for (Index t = 0; t < T; ++t) total = hn::Add(total, at.load(x + t * C));
    return total;
  }
  for (Index start = 0; start < T; start += kSumBlock) {
    FloatVector sum = hn::Zero(d);
    for (Index t = start; t < std::min(start + kSumBlock, T); ++t) {
      if (mask == nullptr || mask[t] != 0) sum = hn::Add(sum, at.load(x + t * C));
    }
    total = hn::Add(total, sum);
  }
  return total;
}

// Calls body(size) with the window's size, as a constant where it is a common one, so that its steps are unrolled.
template <class Body>
HWY_INLINE void with_size(Index pool, Body body) {
  if (pool == 2) body(std::integral_constant<Index, 2>());
  else if (pool == 3) body(std::integral_constant<Index, 3>());
  else body(pool);
}

// Calls window(first, size, t) for each window, whose size is `whole` unless padding cuts it short.
template <class Size, class Window>
HWY_INLINE void for_each_window(const Pool1D& p, Size whole, Window window) {
  const Index steps = p.steps();
  Index first = -p.pad_left;
  for (Index t = 0; t < steps; ++t, first += p.stride) {
    if (first >= 0 && first + whole <= p.T) window(first, whole, t);
    else window(p.first(t), p.last(t) - p.first(t), t);
  }
}

// The same for windows that do not overlap, and gap(first, last) for the steps between them, in ascending order. So
// backward writes every step once, instead of adding to zeros: a vector that is read right after a neighbour was written
// over a part of it waits for that write (with few channels this took three times as long).
template <class Size, class Window, class Gap>
HWY_INLINE void for_each_window(const Pool1D& p, Size whole, Window window, Gap gap) {
  Index end = 0;
  for_each_window(p, whole, [&](Index first, auto size, Index t) HWY_ATTR {
    if (end < first) gap(end, first);
    window(first, size, t);
    end = first + size;
  });
  if (end < p.T) gap(end, p.T);
}

void MaxPool(const Pool1D& p, Index samples, const float* x, float* y) {
  const FloatTag d;
  const Index C = p.C, y_size = p.steps() * C;
  with_size(p.pool, [&](auto whole) HWY_ATTR {
    for (Index n = 0; n < samples; ++n, x += p.T * C, y += y_size) {
      for_each_vector(C, [&](auto at) HWY_ATTR {
        for_each_window(p, whole, [&](Index first, auto size, Index t) HWY_ATTR {
          const float* const from = x + first * C;
          FloatVector max = size > 0 ? at.load(from) : hn::Set(d, -std::numeric_limits<float>::infinity());
          for (Index s = 1; s < size; ++s) max = max_or_nan(max, at.load(from + s * C));
          at.store(max, y + t * C);
        });
      });
    }
  });
}

// The derivative of relu, whose output is `value`.
HWY_INLINE FloatVector relu_gradient(FloatVector value, FloatVector dy) {
  return hn::IfThenElseZero(hn::Gt(value, hn::Zero(FloatTag())), dy);
}

template <bool kApart, bool kRelu>
void max_pool_backward(const Pool1D& p, Index samples, const float* x, const float* y, const float* dy, float* dx) {
  const FloatTag d;
  const Index C = p.C, y_size = p.steps() * C;
  if (!kApart) std::fill_n(dx, samples * p.T * C, 0.0f);
  with_size(p.pool, [&](auto whole) HWY_ATTR {
    for (Index n = 0; n < samples; ++n, x += p.T * C, dx += p.T * C, y += y_size, dy += y_size) {
      for_each_vector(C, [&](auto at) HWY_ATTR {
        const auto window = [&](Index first, auto size, Index t) HWY_ATTR {
          const FloatVector max = at.load(y + t * C);
          FloatVector left = at.load(dy + t * C);  // becomes 0 in each lane once given away
          if (kRelu) left = relu_gradient(max, left);
          for (Index s = first; s < first + size; ++s) {
            const FloatVector value = at.load(x + s * C);
            // NaN wins as well; relu's derivative there is 0.
            const auto wins = kRelu ? hn::Eq(value, max) : hn::Or(hn::Eq(value, max), hn::IsNaN(value));
            const FloatVector given = hn::IfThenElseZero(wins, left);
            at.store(kApart ? given : hn::Add(at.load(dx + s * C), given), dx + s * C);
            left = hn::IfThenZeroElse(wins, left);
          }
        };
        for_each_window(p, whole, window, [&](Index first, Index last) HWY_ATTR {
          for (Index s = first; kApart && s < last; ++s) at.store(hn::Zero(d), dx + s * C);
        });
      });
    }
  });
}

void MaxPoolBackward(const Pool1D& p, Index samples, const float* x, const float* y, const float* dy, float* dx,
                     bool relu) {
  const bool apart = p.stride >= p.pool;
  if (relu) (apart ? max_pool_backward<true, true> : max_pool_backward<false, true>)(p, samples, x, y, dy, dx);
  else (apart ? max_pool_backward<true, false> : max_pool_backward<false, false>)(p, samples, x, y, dy, dx);
}

HWY_INLINE FloatVector reciprocal(Index size) {
  return hn::Set(FloatTag(), 1.0f / static_cast<float>(std::max<Index>(size, 1)));
}

// sum / size, without the division where there are fused multiply-adds: one step of correction gives the same number (P. Markstein,
// "Computation of elementary functions on the IBM RISC System/6000 processor", 1990).
HWY_INLINE FloatVector divided(FloatVector sum, Index size) {
  const FloatVector divisor = hn::Set(FloatTag(), static_cast<float>(std::max<Index>(size, 1)));
#if HWY_NATIVE_FMA
  const FloatVector inverse = reciprocal(size), quotient = hn::Mul(sum, inverse);
  const FloatVector rest = hn::NegMulAdd(quotient, divisor, sum);
  // Of an infinite quotient there is no rest.
  return hn::IfThenElse(hn::IsNaN(rest), quotient, hn::MulAdd(rest, inverse, quotient));
#else
  return hn::Div(sum, divisor);
#endif
}

void AveragePool(const Pool1D& p, Index samples, const float* x, float* y) {
  const Index C = p.C, y_size = p.steps() * C;
  with_size(p.pool, [&](auto whole) HWY_ATTR {
    for (Index n = 0; n < samples; ++n, x += p.T * C, y += y_size) {
      for_each_vector(C, [&](auto at) HWY_ATTR {
        for_each_window(p, whole, [&](Index first, auto size, Index t) HWY_ATTR {
          const FloatVector sum = sum_over_time(at, size, C, x + first * C, nullptr);
          at.store(divided(sum, size), y + t * C);
        });
      });
    }
  });
}

// Multiplies by the reciprocal of the window's size, as Keras on TensorFlow does.
template <bool kApart, bool kRelu>
void average_pool_backward(const Pool1D& p, Index samples, const float* dy, float* dx, const float* relu_x) {
  const FloatTag d;
  const Index C = p.C, y_size = p.steps() * C;
  if (!kApart) std::fill_n(dx, samples * p.T * C, 0.0f);
  with_size(p.pool, [&](auto whole) HWY_ATTR {
    for (Index n = 0; n < samples; ++n, dx += p.T * C, dy += y_size) {
      const float* const value = kRelu ? relu_x + n * p.T * C : nullptr;
      for_each_vector(C, [&](auto at) HWY_ATTR {
        const auto window = [&](Index first, auto size, Index t) HWY_ATTR {
          const FloatVector share = hn::Mul(at.load(dy + t * C), reciprocal(size));
          for (Index s = first; s < first + size; ++s) {
            const FloatVector given = kRelu ? relu_gradient(at.load(value + s * C), share) : share;
            at.store(kApart ? given : hn::Add(at.load(dx + s * C), given), dx + s * C);
          }
        };
        for_each_window(p, whole, window, [&](Index first, Index last) HWY_ATTR {
          for (Index s = first; kApart && s < last; ++s) at.store(hn::Zero(d), dx + s * C);
        });
      });
    }
  });
}

void AveragePoolBackward(const Pool1D& p, Index samples, const float* dy, float* dx, const float* relu_x) {
  const bool apart = p.stride >= p.pool;
  const auto run = relu_x != nullptr
                       ? (apart ? average_pool_backward<true, true> : average_pool_backward<false, true>)
                       : (apart ? average_pool_backward<true, false> : average_pool_backward<false, false>);
  run(p, samples, dy, dx, relu_x);
}

void GlobalMax(Index samples, Index T, Index C, const float* x, float* y) {
  const FloatTag d;
  for (Index n = 0; n < samples; ++n, x += T * C, y += C) {
    for_each_vector(C, [&](auto at) HWY_ATTR {
      FloatVector max = hn::Set(d, -std::numeric_limits<float>::infinity());
      for (Index t = 0; t < T; ++t) max = max_or_nan(max, at.load(x + t * C));
      at.store(max, y);
    });
  }
}

void GlobalMaxBackward(Index samples, Index T, Index C, const float* x, const float* y, const float* dy, float* dx,
                       bool relu) {
  const FloatTag d;
  for (Index n = 0; n < samples; ++n, x += T * C, dx += T * C, y += C, dy += C) {
    for_each_vector(C, [&](auto at) HWY_ATTR {
      const FloatVector max = at.load(y);
      FloatVector ties = hn::Zero(d);
      for (Index t = 0; t < T; ++t) {
        ties = hn::Add(ties, hn::IfThenElseZero(hn::Eq(at.load(x + t * C), max), hn::Set(d, 1.0f)));
      }
      const FloatVector share = hn::Div(at.load(dy), ties);
      const FloatVector rest = hn::IfThenElseZero(hn::IsNaN(max), max);
      for (Index t = 0; t < T; ++t) {
        const FloatVector value = at.load(x + t * C);
        const FloatVector given = hn::IfThenElse(hn::Eq(value, max), share, rest);
        at.store(relu ? relu_gradient(value, given) : given, dx + t * C);
      }
    });
  }
}

// The number of kept steps.
float kept(Index T, const std::uint8_t* mask) {
  return static_cast<float>(mask == nullptr ? T : T - std::count(mask, mask + T, std::uint8_t{0}));
}

void GlobalAverage(Index samples, Index T, Index C, const float* x, const std::uint8_t* mask, float* y) {
  const FloatTag d;
  for (Index n = 0; n < samples; ++n, x += T * C, y += C) {
    const std::uint8_t* m = mask == nullptr ? nullptr : mask + n * T;
    const FloatVector count = hn::Set(d, kept(T, m));
    for_each_vector(C, [&](auto at) HWY_ATTR { at.store(hn::Div(sum_over_time(at, T, C, x, m), count), y); });
  }
}

void GlobalAverageBackward(Index samples, Index T, Index C, const std::uint8_t* mask, const float* dy, float* dx,
                           const float* relu_x) {
  const FloatTag d;
  for (Index n = 0; n < samples; ++n, dx += T * C, dy += C) {
    const std::uint8_t* m = mask == nullptr ? nullptr : mask + n * T;
    const FloatVector count = hn::Set(d, kept(T, m));
    for_each_vector(C, [&](auto at) HWY_ATTR {
      const FloatVector share = hn::Div(at.load(dy), count);
      const float* const value = relu_x == nullptr ? nullptr : relu_x + n * T * C;
      for (Index t = 0; t < T; ++t) {
        const FloatVector given = m == nullptr || m[t] != 0 ? share : hn::Zero(d);
        at.store(value == nullptr ? given : relu_gradient(at.load(value + t * C), given), dx + t * C);
      }
    });
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(MaxPool);
WAVETRAIN_EXPORT(MaxPoolBackward);
WAVETRAIN_EXPORT(AveragePool);
WAVETRAIN_EXPORT(AveragePoolBackward);
WAVETRAIN_EXPORT(GlobalMax);
WAVETRAIN_EXPORT(GlobalMaxBackward);
WAVETRAIN_EXPORT(GlobalAverage);
WAVETRAIN_EXPORT(GlobalAverageBackward);

void max_pool_forward(const Pool1D& pool, Index samples, const float* x, float* y) {
  WAVETRAIN_DISPATCH(MaxPool)(pool, samples, x, y);
}
void max_pool_backward(const Pool1D& pool, Index samples, const float* x, const float* y, const float* dy, float* dx,
                       bool relu) {
  WAVETRAIN_DISPATCH(MaxPoolBackward)(pool, samples, x, y, dy, dx, relu);
}
void average_pool_forward(const Pool1D& pool, Index samples, const float* x, float* y) {
  WAVETRAIN_DISPATCH(AveragePool)(pool, samples, x, y);
}
void average_pool_backward(const Pool1D& pool, Index samples, const float* dy, float* dx, const float* relu_x) {
  WAVETRAIN_DISPATCH(AveragePoolBackward)(pool, samples, dy, dx, relu_x);
}
void global_max_forward(Index samples, Index T, Index C, const float* x, float* y) {
  WAVETRAIN_DISPATCH(GlobalMax)(samples, T, C, x, y);
}
void global_max_backward(Index samples, Index T, Index C, const float* x, const float* y, const float* dy, float* dx,
                         bool relu) {
  WAVETRAIN_DISPATCH(GlobalMaxBackward)(samples, T, C, x, y, dy, dx, relu);
}
void global_average_forward(Index samples, Index T, Index C, const float* x, const std::uint8_t* mask, float* y) {
  WAVETRAIN_DISPATCH(GlobalAverage)(samples, T, C, x, mask, y);
}
void global_average_backward(Index samples, Index T, Index C, const std::uint8_t* mask, const float* dy, float* dx,
                             const float* relu_x) {
  WAVETRAIN_DISPATCH(GlobalAverageBackward)(samples, T, C, mask, dy, dx, relu_x);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
