// The cells of the fused way, per target: gates in registers, forward and backward.
//
// A cell says how many vectors of weights belong to one vector of units (kGates), into how many accumulators they go
// (kAccs, which differ for GRU: what comes from x and what comes from h stay apart for the candidate), and what happens
// to them at the end of a step: Finish takes N rows (or vectors of units of one row) at once, stores gates and state,
// and returns the new h.
#if defined(WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
#undef WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
#else
#define WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
#endif

#include <type_traits>
#include <utility>

#include "cpu/gemm-inl.h"
#include "cpu/vector_math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// f(0), …, f(N - 1) with the numbers as types. Use with lambdas marked WAVETRAIN_INLINE_LAMBDA: GCC inlines others only
// where they are called once.
#ifndef WAVETRAIN_INLINE_LAMBDA
#define WAVETRAIN_INLINE_LAMBDA HWY_ATTR __attribute__((always_inline))
#endif
template <class F, std::size_t... N>
HWY_INLINE void Unroll(const F& f, std::index_sequence<N...>) {
  (f(std::integral_constant<std::size_t, N>()), ...);
}
template <int N, class F>
HWY_INLINE void ForEach(const F& f) {
  Unroll(f, std::make_index_sequence<static_cast<std::size_t>(N)>());
}

// Sigmoid and tanh of several vectors, as quotients of which the division is still to be done. Denominators lie between
// 1 and 2. Same formulas as in vector_math-inl.h, but in stages: all vectors take a step before one takes the next. One
// vector after the other is up to twice as slow, since a chain of dependent instructions fills the processor's
// scheduler before it sees the next chain.
struct Quotient {
  FloatVec numerator, denominator;
};
template <int N>
HWY_INLINE void SigmoidQuotients(const FloatVec* x, Quotient* q) {
  const FloatTag d;
  const FloatVec one = hn::Set(d, 1.0f);
  FloatVec z[N], shifted[N], r[N], e[N];
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    z[n] = hn::Neg(hn::Abs(x[n]));
    r[n] = vector_math::reduce<127>(d, z[n], shifted[n]);
  });
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA { e[n] = vector_math::exp_tail(d, r[n]); });
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    e[n] = hn::MulAdd(hn::MulAdd(e[n], r[n], one), r[n], one);
    e[n] = hn::Mul(e[n], hn::BitCast(d, vector_math::exponent_bits(d, shifted[n])));
    e[n] = hn::IfThenZeroElse(hn::Lt(z[n], hn::Set(d, vector_math::kExpUnderflow)), e[n]);
  });
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    q[n] = {hn::IfThenElse(hn::Lt(x[n], hn::Zero(d)), e[n], one), hn::Add(one, e[n])};
  });
}
template <int N>
HWY_INLINE void TanhQuotients(const FloatVec* x, Quotient* q) {
  const FloatTag d;
  FloatVec shifted[N], r[N], t[N];
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    const FloatVec z = vector_math::at_least(d, hn::Mul(hn::Set(d, -2.0f), hn::Abs(x[n])), -20.0f);
    r[n] = vector_math::reduce<127>(d, z, shifted[n]);
  });
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA { t[n] = vector_math::exp_tail(d, r[n]); });
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    const FloatVec scale = hn::BitCast(d, vector_math::exponent_bits(d, shifted[n]));
    t[n] = hn::MulAdd(hn::Mul(r[n], r[n]), t[n], r[n]);
    t[n] = hn::MulAdd(scale, t[n], hn::Sub(scale, hn::Set(d, 1.0f)));
  });
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    q[n] = {hn::CopySign(t[n], x[n]), hn::Add(hn::Set(d, 2.0f), t[n])};
  });
}
template <int N>
HWY_INLINE void Tanh(const FloatVec* x, FloatVec* y) {
  Quotient q[N];
  TanhQuotients<N>(x, q);
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA { y[n] = hn::Div(q[n].numerator, q[n].denominator); });
}

// One division for each quotient. Sharing one among the gates of a unit saves a few per cent of a step, but costs three
// more roundings, which training against Keras shows, and carries a NaN from one gate into the others.
HWY_INLINE void Divide(const Quotient& a, FloatVec& qa) { qa = hn::Div(a.numerator, a.denominator); }
HWY_INLINE void Divide(const Quotient& a, const Quotient& b, FloatVec& qa, FloatVec& qb) {
  Divide(a, qa);
  Divide(b, qb);
}
HWY_INLINE void Divide(const Quotient& a, const Quotient& b, const Quotient& c, const Quotient& e, FloatVec& qa,
                       FloatVec& qb, FloatVec& qc, FloatVec& qe) {
  Divide(a, b, qa, qb);
  Divide(c, e, qc, qe);
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

// Gradients that meet at a step: in goes dh (with that of the output) and dc of the state after it; out comes what
// flows around the products, and the gates' slots hold their gradients. Backward takes N vectors of units of one row.
struct StateGradient {
  FloatVec h, c;
};

struct LstmCell {
  static constexpr int kGates = 4, kAccs = 4;
  static constexpr int kSlots = 6, kC = 4, kH = 5;
  static constexpr int kGradientSlots = 4;
  static constexpr int RecurrentAcc(int gate) { return gate; }

  template <bool kSave, int N>
  static HWY_INLINE void Finish(const FloatVec* acc, const RowNow* row, FloatVec* h) {
    FloatVec o[N], c[N];
    constexpr int kGroup = N % 2 == 0 ? 2 : 1;
    ForEach<N / kGroup>([&](auto group) WAVETRAIN_INLINE_LAMBDA {
      FloatVec sigmoid[3 * kGroup], tanh[kGroup];
      Quotient s[3 * kGroup], t[kGroup];
      ForEach<kGroup>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
        const FloatVec* const of_row = acc + (group * kGroup + n) * kAccs;
        sigmoid[3 * n] = of_row[0], sigmoid[3 * n + 1] = of_row[1], sigmoid[3 * n + 2] = of_row[3];
        tanh[n] = of_row[2];
      });
      SigmoidQuotients<3 * kGroup>(sigmoid, s);
      TanhQuotients<kGroup>(tanh, t);
      ForEach<kGroup>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
        constexpr std::size_t kRow = group * kGroup + n;
        FloatVec i, f, g;
        Divide(s[3 * n], s[3 * n + 1], t[n], s[3 * n + 2], i, f, g, o[kRow]);
        c[kRow] = hn::MulAdd(f, row[kRow].get(kC), hn::Mul(i, g));
        if constexpr (kSave) row[kRow].put(0, i), row[kRow].put(1, f), row[kRow].put(2, g), row[kRow].put(3, o[kRow]);
        row[kRow].put_next(kC, c[kRow]);
      });
    });
    Tanh<N>(c, h);
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA { h[n] = hn::Mul(o[n], h[n]); });
  }

  template <int N>
  static HWY_INLINE void Backward(StateGradient* state, const RowNow* rows) {
    FloatVec tanh_c[N];
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {  // the new c, as in Finish to the bit
      tanh_c[n] = hn::MulAdd(rows[n].get(1), rows[n].get(kC), hn::Mul(rows[n].get(0), rows[n].get(2)));
    });
    Tanh<N>(tanh_c, tanh_c);
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      const RowNow& row = rows[n];
      StateGradient& d = state[n];
      const FloatVec i = row.get(0), f = row.get(1), g = row.get(2), o = row.get(3), c = row.get(kC);
      row.put(3, hn::Mul(hn::Mul(d.h, tanh_c[n]), SigmoidSlope(o)));
      const FloatVec dc = hn::MulAdd(hn::Mul(d.h, o), TanhSlope(tanh_c[n]), d.c);
      row.put(0, hn::Mul(hn::Mul(dc, g), SigmoidSlope(i)));
      row.put(1, hn::Mul(hn::Mul(dc, c), SigmoidSlope(f)));
      row.put(2, hn::Mul(hn::Mul(dc, i), TanhSlope(g)));
      d.c = hn::Mul(dc, f);
      d.h = hn::Zero(FloatTag());
    });
  }
};

// reset_after. Accumulators: z, r, the candidate's part from x, and its part from h.
struct GruCell {
  static constexpr int kGates = 3, kAccs = 4;
  static constexpr int kSlots = 5, kInner = 3, kC = -1, kH = 4;
  static constexpr int kGradientSlots = 4;
  static constexpr int RecurrentAcc(int gate) { return gate == 2 ? 3 : gate; }

  template <bool kSave, int N>
  static HWY_INLINE void Finish(const FloatVec* acc, const RowNow* row, FloatVec* h) {
    FloatVec gates[2 * N], x[N], g[N];
    Quotient s[2 * N];
    ForEach<N>([&](auto n)
                   WAVETRAIN_INLINE_LAMBDA { gates[2 * n] = acc[n * kAccs], gates[2 * n + 1] = acc[n * kAccs + 1]; });
    SigmoidQuotients<2 * N>(gates, s);
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      Divide(s[2 * n], s[2 * n + 1], gates[2 * n], gates[2 * n + 1]);
      x[n] = hn::MulAdd(gates[2 * n + 1], acc[n * kAccs + 3], acc[n * kAccs + 2]);
    });
    Tanh<N>(x, g);
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      const FloatVec z = gates[2 * n];
      if constexpr (kSave)
        row[n].put(0, z), row[n].put(1, gates[2 * n + 1]), row[n].put(2, g[n]), row[n].put(kInner, acc[n * kAccs + 3]);
      h[n] = hn::MulAdd(z, hn::Sub(row[n].get(kH), g[n]), g[n]);  // z·h + (1 - z)·g
    });
  }

  template <int N>
  static HWY_INLINE void Backward(StateGradient* state, const RowNow* rows) {
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      const RowNow& row = rows[n];
      StateGradient& d = state[n];
      const FloatVec z = row.get(0), r = row.get(1), g = row.get(2), inner = row.get(kInner);
      row.put(0, hn::Mul(hn::Mul(d.h, hn::Sub(row.get(kH), g)), SigmoidSlope(z)));
      const FloatVec dg = hn::Mul(hn::NegMulAdd(z, d.h, d.h), TanhSlope(g));
      row.put(1, hn::Mul(hn::Mul(dg, inner), SigmoidSlope(r)));
      row.put(2, dg);
      row.put(kInner, hn::Mul(dg, r));
      d.h = hn::Mul(d.h, z);
    });
  }
};

struct SimpleCell {
  static constexpr int kGates = 1, kAccs = 1;
  static constexpr int kSlots = 2, kC = -1, kH = 1;
  static constexpr int kGradientSlots = 1;
  static constexpr int RecurrentAcc(int gate) { return gate; }

  template <bool kSave, int N>
  static HWY_INLINE void Finish(const FloatVec* acc, const RowNow* row, FloatVec* h) {
    Tanh<N>(acc, h);
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      if constexpr (kSave) row[n].put(0, h[n]);
    });
  }

  template <int N>
  static HWY_INLINE void Backward(StateGradient* state, const RowNow* rows) {
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      const RowNow& row = rows[n];
      StateGradient& d = state[n];
      row.put(0, hn::Mul(d.h, TanhSlope(row.get(0))));
      d.h = hn::Zero(FloatTag());
    });
  }
};

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_RECURRENT_CELLS_INL_H_
