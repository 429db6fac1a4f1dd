// The cells of the fused way, per target: gates in registers, forward and backward.
//
// A cell says how many vectors of weights belong to one vector of units (kGates), into how many accumulators they go
// (kAccs, which differ for GRU: what comes from x and what comes from h stay apart for the candidate), and what happens
// to them at the end of a step.
#if defined(WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
#undef WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
#else
#define WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
#endif

#include "cpu/gemm-inl.h"
#include "cpu/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Sigmoid and tanh as quotients of which the division is still to be done, so that several can share one: a division of
// vectors takes as long as ten multiplications. Denominators lie between 1 and 2. Same formulas as in vector_math-inl.h.
struct Quotient {
  FloatVec numerator, denominator;
};
HWY_INLINE Quotient SigmoidQuotient(FloatVec x) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f), e = exp_nonpositive(d, hn::Neg(hn::Abs(x)));
  return {hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e)};
}
HWY_INLINE Quotient TanhQuotient(FloatVec x) {
  const FloatTag d;
  const FloatVec z = vector_math::at_least(d, hn::Mul(hn::Set(d, -2.0f), hn::Abs(x)), -20.0f);
  const FloatVec t = vector_math::expm1_in_range(d, z);
  return {hn::CopySign(t, x), hn::Add(hn::Set(d, 2.0f), t)};
}
HWY_INLINE void Divide(const Quotient& a, const Quotient& b, FloatVec& qa, FloatVec& qb) {
  const FloatVec inverse = hn::Div(hn::Set(FloatTag(), 1.0f), hn::Mul(a.denominator, b.denominator));
  qa = hn::Mul(a.numerator, hn::Mul(inverse, b.denominator));
  qb = hn::Mul(b.numerator, hn::Mul(inverse, a.denominator));
}
HWY_INLINE void Divide(const Quotient& a, const Quotient& b, const Quotient& c, const Quotient& e, FloatVec& qa,
                       FloatVec& qb, FloatVec& qc, FloatVec& qe) {
  const FloatVec ab = hn::Mul(a.denominator, b.denominator), ce = hn::Mul(c.denominator, e.denominator);
  const FloatVec inverse = hn::Div(hn::Set(FloatTag(), 1.0f), hn::Mul(ab, ce));
  const FloatVec inverse_ab = hn::Mul(inverse, ce), inverse_ce = hn::Mul(inverse, ab);
  qa = hn::Mul(a.numerator, hn::Mul(inverse_ab, b.denominator));
  qb = hn::Mul(b.numerator, hn::Mul(inverse_ab, a.denominator));
  qc = hn::Mul(c.numerator, hn::Mul(inverse_ce, e.denominator));
  qe = hn::Mul(e.numerator, hn::Mul(inverse_ce, c.denominator));
}

// y·(1 - y) and 1 - y², the derivatives of sigmoid and tanh by their values.
HWY_INLINE FloatVec SigmoidSlope(FloatVec y) { return hn::NegMulAdd(y, y, y); }
HWY_INLINE FloatVec TanhSlope(FloatVec y) { return hn::NegMulAdd(y, y, hn::Set(FloatTag(), 1.0f)); }

// A row at one vector of units.
struct RowNow {
  float* now;   // slot 0 of the row, at the units in hand
  float* next;  // the same in the row after it
  Index padded;

  HWY_INLINE FloatVec get(Index slot) const { return hn::LoadU(FloatTag(), now + slot * padded); }
  HWY_INLINE void put(Index slot, FloatVec v) const { hn::StoreU(v, FloatTag(), now + slot * padded); }
  HWY_INLINE void put_next(Index slot, FloatVec v) const { hn::StoreU(v, FloatTag(), next + slot * padded); }
};

// Gradients that meet at a step: in goes dh (with that of the output) and dc of the state after it; out comes what flows
// around the products, and the gates' slots hold their gradients.
struct StateGradient {
  FloatVec h, c;
};

struct LstmCell {
  static constexpr int kGates = 4, kAccs = 4;
  static constexpr int kSlots = 6, kC = 4, kH = 5;
  static constexpr int kGradientSlots = 4;
  static constexpr int RecurrentAcc(int gate) { return gate; }

  // The new h.
  template <bool kSave>
  static HWY_INLINE FloatVec Finish(const FloatVec* acc, const RowNow& row) {
    FloatVec i, f, g, o;
    Divide(SigmoidQuotient(acc[0]), SigmoidQuotient(acc[1]), TanhQuotient(acc[2]), SigmoidQuotient(acc[3]), i, f, g, o);
    const FloatVec c = hn::MulAdd(f, row.get(kC), hn::Mul(i, g));
    const Quotient q = TanhQuotient(c);
    const FloatVec tanh_c = hn::Div(q.numerator, q.denominator);
    if constexpr (kSave) row.put(0, i), row.put(1, f), row.put(2, g), row.put(3, o);
    row.put_next(kC, c);
    return hn::Mul(o, tanh_c);
  }

  static HWY_INLINE void Backward(StateGradient& d, const RowNow& row) {
    const FloatVec i = row.get(0), f = row.get(1), g = row.get(2), o = row.get(3), c = row.get(kC);
    // As in Finish, to the bit.
    const Quotient q = TanhQuotient(hn::MulAdd(f, c, hn::Mul(i, g)));
    const FloatVec tanh_c = hn::Div(q.numerator, q.denominator);
    row.put(3, hn::Mul(hn::Mul(d.h, tanh_c), SigmoidSlope(o)));
    const FloatVec dc = hn::MulAdd(hn::Mul(d.h, o), TanhSlope(tanh_c), d.c);
    row.put(0, hn::Mul(hn::Mul(dc, g), SigmoidSlope(i)));
    row.put(1, hn::Mul(hn::Mul(dc, c), SigmoidSlope(f)));
    row.put(2, hn::Mul(hn::Mul(dc, i), TanhSlope(g)));
    d.c = hn::Mul(dc, f);
    d.h = hn::Zero(FloatTag());
  }
};

// reset_after. Accumulators: z, r, the candidate's part from x, and its part from h.
struct GruCell {
  static constexpr int kGates = 3, kAccs = 4;
  static constexpr int kSlots = 5, kInner = 3, kC = -1, kH = 4;
  static constexpr int kGradientSlots = 4;
  static constexpr int RecurrentAcc(int gate) { return gate == 2 ? 3 : gate; }

  template <bool kSave>
  static HWY_INLINE FloatVec Finish(const FloatVec* acc, const RowNow& row) {
    FloatVec z, r;
    Divide(SigmoidQuotient(acc[0]), SigmoidQuotient(acc[1]), z, r);
    const Quotient q = TanhQuotient(hn::MulAdd(r, acc[3], acc[2]));
    const FloatVec g = hn::Div(q.numerator, q.denominator);
    if constexpr (kSave) row.put(0, z), row.put(1, r), row.put(2, g), row.put(kInner, acc[3]);
    return hn::MulAdd(z, hn::Sub(row.get(kH), g), g);  // z·h + (1 - z)·g
  }

  static HWY_INLINE void Backward(StateGradient& d, const RowNow& row) {
    const FloatVec z = row.get(0), r = row.get(1), g = row.get(2), inner = row.get(kInner);
    row.put(0, hn::Mul(hn::Mul(d.h, hn::Sub(row.get(kH), g)), SigmoidSlope(z)));
    const FloatVec dg = hn::Mul(hn::NegMulAdd(z, d.h, d.h), TanhSlope(g));
    row.put(1, hn::Mul(hn::Mul(dg, inner), SigmoidSlope(r)));
    row.put(2, dg);
    row.put(kInner, hn::Mul(dg, r));
    d.h = hn::Mul(d.h, z);
  }
};

struct SimpleCell {
  static constexpr int kGates = 1, kAccs = 1;
  static constexpr int kSlots = 2, kC = -1, kH = 1;
  static constexpr int kGradientSlots = 1;
  static constexpr int RecurrentAcc(int gate) { return gate; }

  template <bool kSave>
  static HWY_INLINE FloatVec Finish(const FloatVec* acc, const RowNow& row) {
    const Quotient q = TanhQuotient(acc[0]);
    const FloatVec h = hn::Div(q.numerator, q.denominator);
    if constexpr (kSave) row.put(0, h);
    return h;
  }

  static HWY_INLINE void Backward(StateGradient& d, const RowNow& row) {
    row.put(0, hn::Mul(d.h, TanhSlope(row.get(0))));
    d.h = hn::Zero(FloatTag());
  }
};

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
