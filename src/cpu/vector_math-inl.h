// exp, expm1, log, log1p, sigmoid, tanh, softplus and erf on Highway vectors of float.
//
// Largest errors against the exact value, in units in the last place, on every target, with and without FMA (measured
// over all floats; tests/cpu/vector_math_test.cpp checks them):
//   exp 1.5   expm1 2   log 1.5   log1p 2   sigmoid 3   tanh 3   softplus 3   erf 1.5
// Limits and infinities come out exact (exp(-inf) = 0, tanh(inf) = 1, log(0) = -inf, log(-1) = NaN), NaN stays NaN, and
// odd functions keep the sign of zero. Denormal numbers are not promised: results below 2^-126 may be zero, and log
// takes every argument below 2^-126 for 0, so that a result does not depend on the floating-point mode of the calling
// thread.
//
// A target's results are the same on all processors that have it: nothing here uses the hardware's approximations
// (rcpps and its kin), which differ between makers. Nor would they pay: a division overlaps with the polynomial before
// it, and a quadratic guess with one Newton step and a correction made sigmoid and tanh 15 % slower on AVX-512, no
// faster on AVX2.
//
// Coefficients are minimax fits for relative error, each rounded to float and the later ones refitted.
//
// Per-target header: include it inside a file that goes through hwy/foreach_target.h, after hwy/highway.h.

#if defined(WAVETRAIN_CPU_VECTOR_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_VECTOR_MATH_INL_H_
#undef WAVETRAIN_CPU_VECTOR_MATH_INL_H_
#else
#define WAVETRAIN_CPU_VECTOR_MATH_INL_H_
#endif

#include <cstdint>
#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

namespace vector_math {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kSmallestNormal = std::numeric_limits<float>::min();
// exp is above the largest float from here on, and below the smallest normal one from there down.
inline constexpr float kExpOverflow = 88.72283935546875f;
inline constexpr float kExpUnderflow = -87.33654022216796875f;

// min(x, limit) and max(x, limit), where a NaN in x stays. x86's minps and maxps return their second argument for NaN;
// what Highway uses on other targets (fminnm and fmaxnm on NEON) drops it.
inline constexpr bool kMinKeepsNaN = HWY_TARGET <= (1LL << HWY_HIGHEST_TARGET_BIT_X86);

template <class D, class V = hn::Vec<D>>
HWY_INLINE V at_most(D d, V x, float limit) {
  if constexpr (kMinKeepsNaN) return hn::Min(hn::Set(d, limit), x);
  return hn::IfThenElse(hn::Gt(x, hn::Set(d, limit)), hn::Set(d, limit), x);
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V at_least(D d, V x, float limit) {
  if constexpr (kMinKeepsNaN) return hn::Max(hn::Set(d, limit), x);
  return hn::IfThenElse(hn::Lt(x, hn::Set(d, limit)), hn::Set(d, limit), x);
}

// Horner's scheme, lowest coefficient first.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V polynomial(D d, V, float last) {
  return hn::Set(d, last);
}
template <class D, class V = hn::Vec<D>, class... Floats>
HWY_INLINE V polynomial(D d, V x, float first, Floats... rest) {
  return hn::MulAdd(polynomial(d, x, rest...), x, hn::Set(d, first));
}

// x = n ln 2 + r with |r| <= ln(2)/2, valid for |x| < 2^21. Adding 1.5·2^23 rounds to an integer and leaves n + kBias
// in the low bits, so that a shift makes 2^n of it without any conversion. ln 2 is cut in two: n times the upper part
// is exact even without FMA.
template <int kBias, class D, class V = hn::Vec<D>>
HWY_INLINE V reduce(D d, V x, V& shifted) {
  const V magic = hn::Set(d, 12582912.0f + static_cast<float>(kBias));
  shifted = hn::MulAdd(x, hn::Set(d, 1.44269504088896341f), magic);
  const V n = hn::Sub(shifted, magic);
  return hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), hn::NegMulAdd(n, hn::Set(d, 0.693359375f), x));
}

// The integer in the low bits of `shifted`, moved to the exponent.
template <class D, class V = hn::Vec<D>>
HWY_INLINE auto exponent_bits(D, V shifted) {
  return hn::ShiftLeft<23>(hn::BitCast(hn::RebindToSigned<D>(), shifted));
}

// (exp(r) - 1 - r) / r² for |r| <= ln(2)/2, error 2^-26 of expm1(r).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_tail(D d, V r) {
  return polynomial(d, r, 0x1.fffffep-2f, 0x1.5554b4p-3f, 0x1.5556f2p-5f, 0x1.122560p-7f, 0x1.6b9caap-10f);
}

// exp for arguments between kExpUnderflow and 88.3 or NaN, unchecked.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_in_range(D d, V x) {
  V shifted;
  const V r = reduce<127>(d, x, shifted);
  const V one = hn::Set(d, 1.0f);
  const V mantissa = hn::MulAdd(hn::MulAdd(exp_tail(d, r), r, one), r, one);
  return hn::Mul(mantissa, hn::BitCast(d, exponent_bits(d, shifted)));
}

// exp(x) - 1 for x between -87 and 88.3 or NaN, unchecked: 2^n·expm1(r) + (2^n - 1). The sign of zero is lost.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V expm1_in_range(D d, V x) {
  V shifted;
  const V r = reduce<127>(d, x, shifted);
  const V scale = hn::BitCast(d, exponent_bits(d, shifted));
  const V q = hn::MulAdd(hn::Mul(r, r), exp_tail(d, r), r);
  return hn::MulAdd(scale, q, hn::Sub(scale, hn::Set(d, 1.0f)));
}

// log(1 + m) for m between -1/4 and 1/2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p_near_zero(D d, V m) {
  const V tail = polynomial(d, m, -0.5f, 0x1.5555a4p-2f, -0x1.00004ap-2f, 0x1.99699ep-3f, -0x1.54ed96p-3f,
                            0x1.28807ap-3f, -0x1.0d98f0p-3f, 0x1.acf4a8p-4f, -0x1.71e32cp-5f);
  return hn::MulAdd(hn::Mul(m, m), tail, m);
}

// The exponent field e·2^23 that takes a positive x into [3/4, 3/2) when x is divided by 2^e.
template <class D, class V = hn::Vec<D>>
HWY_INLINE auto exponent_of(D, V x) {
  const hn::RebindToSigned<D> di;
  return hn::And(hn::Sub(hn::BitCast(di, x), hn::Set(di, 0x3F400000)),
                 hn::Set(di, static_cast<std::int32_t>(0xFF800000)));
}

// log(1 + m) + e ln 2 with e given as e·2^23.
template <class D, class V = hn::Vec<D>, class VI>
HWY_INLINE V log_from_parts(D d, V m, VI e) {
  return hn::MulAdd(hn::ConvertTo(d, e), hn::Set(d, 0x1.62e430p-24f), log1p_near_zero(d, m));
}

// Keeps a function that is only right between 0 and infinity; +inf and NaN become themselves.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V finite_or_self(D d, V x, V y) {
  const V infinity = hn::Set(d, kInfinity);
  return hn::IfThenElse(hn::Lt(x, infinity), y, hn::Add(x, infinity));
}

}  // namespace vector_math

// exp(x) for x <= 0 or NaN: what a softmax needs after subtracting the maximum. Exactly 0 below kExpUnderflow.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_nonpositive(D d, V x) {
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, vector_math::kExpUnderflow)), vector_math::exp_in_range(d, x));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp(D d, V x) {
  using namespace vector_math;
  // 2^128 is no float, so n is added to the exponent of exp(r) instead of multiplying by 2^n: for n = 128, exp(r) < 1.
  // An integer addition would turn NaN into a number; adding infinity to everything not below the limit keeps it.
  V shifted;
  const V r = reduce<0>(d, x, shifted);
  const V one = hn::Set(d, 1.0f);
  const V mantissa = hn::MulAdd(hn::MulAdd(exp_tail(d, r), r, one), r, one);
  const hn::RebindToSigned<D> di;
  V y = hn::BitCast(d, hn::Add(hn::BitCast(di, mantissa), exponent_bits(d, shifted)));
  y = hn::IfThenElse(hn::Lt(x, hn::Set(d, kExpOverflow)), y, hn::Add(x, hn::Set(d, kInfinity)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, kExpUnderflow)), y);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V expm1(D d, V x) {
  using namespace vector_math;
  // With 2^(n-1) in place of 2^n and a doubling at the end, overflow needs no check of its own.
  const V z = at_least(d, at_most(d, x, 89.0f), -30.0f);
  V shifted;
  const V r = reduce<126>(d, z, shifted);
  const V half_scale = hn::BitCast(d, exponent_bits(d, shifted));
  const V q = hn::MulAdd(hn::Mul(r, r), exp_tail(d, r), r);
  const V half = hn::MulAdd(half_scale, q, hn::Sub(half_scale, hn::Set(d, 0.5f)));
  return hn::CopySign(hn::Add(half, half), x);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V log(D d, V x) {
  using namespace vector_math;
  const hn::RebindToSigned<D> di;
  const auto e = exponent_of(d, x);
  const V m = hn::Sub(hn::BitCast(d, hn::Sub(hn::BitCast(di, x), e)), hn::Set(d, 1.0f));
  const V y = finite_or_self(d, x, log_from_parts(d, m, e));
  const V smallest = hn::Set(d, kSmallestNormal);
  const V limit = hn::IfThenElse(hn::Le(x, hn::Neg(smallest)), hn::Set(d, std::numeric_limits<float>::quiet_NaN()),
                                 hn::Set(d, -kInfinity));
  return hn::IfThenElse(hn::Lt(x, smallest), limit, y);
}

// log(1 + x) for x >= 0 and below infinity. NaN becomes some number.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p_nonnegative(D d, V x) {
  using namespace vector_math;
  // m = (1 + x) / 2^e - 1, computed from x/2^e (exact) so that the low bits of x are not lost; 2^-e is made times four,
  // which keeps it a normal number up to the largest x.
  const hn::RebindToSigned<D> di;
  const auto e = exponent_of(d, hn::Add(x, hn::Set(d, 1.0f)));
  const V scaled = hn::BitCast(d, hn::Sub(hn::BitCast(di, x), e));
  const V scale4 = hn::BitCast(d, hn::Sub(hn::Set(di, 0x40800000), e));
  const V m = hn::Add(scaled, hn::MulAdd(hn::Set(d, 0.25f), scale4, hn::Set(d, -1.0f)));
  return log_from_parts(d, m, e);
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p(D d, V x) {
  using namespace vector_math;
  V y = finite_or_self(d, x, log1p_nonnegative(d, x));
  const V minus_one = hn::Set(d, -1.0f);
  const V limit =
      hn::IfThenElse(hn::Lt(x, minus_one), hn::Set(d, std::numeric_limits<float>::quiet_NaN()), hn::Set(d, -kInfinity));
  y = hn::IfThenElse(hn::Le(x, minus_one), limit, y);
  return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, y);  // the sum above loses the sign of -0
}

// 1 / (1 + exp(-x)), as exp(-|x|) or 1 over 1 + exp(-|x|): accurate relative to the result down to its underflow, where
// 1/(1 + exp(-x)) itself would overflow inside and 0.5 + 0.5·tanh(x/2) has only absolute accuracy.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V e = exp_nonpositive(d, hn::Neg(hn::Abs(x)));
  // Not IfNegativeThenElse, which Highway 1.0.3 gets wrong for SSSE3.
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

// -t / (2 + t) with t = expm1(-2|x|): no cancellation near 0 and a denominator between 1 and 2.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V tanh(D d, V x) {
  const V z = vector_math::at_least(d, hn::Mul(hn::Set(d, -2.0f), hn::Abs(x)), -20.0f);
  const V t = vector_math::expm1_in_range(d, z);
  return hn::CopySign(hn::Div(t, hn::Add(hn::Set(d, 2.0f), t)), x);
}

// log(1 + exp(x)) = max(x, 0) + log1p(exp(-|x|)).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V softplus(D d, V x) {
  return hn::Add(vector_math::at_least(d, x, 0.0f), log1p_nonnegative(d, exp_nonpositive(d, hn::Neg(hn::Abs(x)))));
}

// x + x·P(x²) up to 0.9219, and 1 - exp(L(|x|)) with L fitted to log(erfc) above.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V erf(D d, V x) {
  using namespace vector_math;
  const V a = hn::Abs(x);
  const V small = hn::MulAdd(polynomial(d, hn::Mul(x, x), 0x1.06eba6p-3f, -0x1.8126e8p-2f, 0x1.ce1ab4p-4f,
                                        -0x1.b68e66p-6f, 0x1.474a0cp-8f, -0x1.3a48ccp-11f),
                             x, x);
  const V l = polynomial(d, at_most(d, a, 3.9375f), 0x1.6f2dd2p-13f, -0x1.212804p+0f, -0x1.44458cp-1f, -0x1.bb8834p-4f,
                         0x1.9b9954p-6f, -0x1.116ab2p-8f, 0x1.c7c39ep-12f, -0x1.622dccp-16f);
  const V large = hn::CopySign(hn::Sub(hn::Set(d, 1.0f), exp_in_range(d, l)), x);
  return hn::IfThenElse(hn::Gt(a, hn::Set(d, 0.9219f)), large, small);
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_VECTOR_MATH_INL_H_
