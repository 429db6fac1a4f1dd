// Products with few columns, where a vector along N would be mostly empty: here a vector holds rows of C, and the
// values of B are broadcast. Each element is the same ascending chain of multiply-adds as in the other tiles (see
// gemm.hpp), so its bits are the same, too.
//
// A's rows are first transposed into a buffer that stays in the first-level cache. Where a step of one tap is a row
// further (convolutions of stride 1), a row serves all taps.
#if defined(WAVETRAIN_CPU_GEMM_NARROW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_GEMM_NARROW_INL_H_
#undef WAVETRAIN_CPU_GEMM_NARROW_INL_H_
#else
#define WAVETRAIN_CPU_GEMM_NARROW_INL_H_
#endif

#include <algorithm>
#include <limits>
#include <utility>

#include "cpu/gemm-inl.h"
#include "cpu/gemm_column-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

inline constexpr Index kNarrow = kLanes / 2;  // columns, at most
inline constexpr Index kNarrowBuffer = 6144;  // floats of transposed rows: 24 KiB

// Vectors of rows of a tile: with the columns' accumulators, the vectors of A and one broadcast they fit the registers.
constexpr int NarrowVectors(Index columns) {
  constexpr int kRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 30 : 14;
  const int most = kRegisters / static_cast<int>(columns + 1);
  return most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
}

// By how many rows the next tap is further, where it is by whole rows; else 0.
HWY_INLINE Index TapShift(const Rows& a) {
  if (a.taps <= 1 || a.tap_stride <= 0) return 0;
  if (a.tap_stride == a.row_stride) return 1;
  return a.tap_stride % a.row_stride == 0 ? a.tap_stride / a.row_stride : 0;
}

// Does this way pay? The transposition costs about a third of a multiply-add per value of A, divided by the taps that
// share it; writing C costs one step per value unless its rows are single values that follow each other.
HWY_INLINE bool IsNarrow(const Gemm& g) {
  if (g.N > kNarrow || g.N == 0 || g.M < kLanes || g.a.row_stride < g.a.width || g.norm.mean != nullptr) return false;
  return g.a.k() >= 32 && (4 * g.N <= kLanes || TapShift(g.a) > 0);
}

// at[i·ld + r] = a[r·stride + i] for r < rows, i < width; zeros for the rows from there to `end`.
inline HWY_NOINLINE void TransposeRows(const float* a, Index stride, Index rows, Index end, Index width, float* at,
                                       Index ld) {
  Index r = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> d;
  const hn::FixedTag<double, 2> pairs;
  for (; r + 4 <= rows; r += 4) {
    const float* const row = a + r * stride;
    Index i = 0;
    for (; i + 4 <= width; i += 4) {
      const auto x0 = hn::LoadU(d, row + i), x1 = hn::LoadU(d, row + stride + i);
      const auto x2 = hn::LoadU(d, row + 2 * stride + i), x3 = hn::LoadU(d, row + 3 * stride + i);
      const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, x0, x1));
      const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, x2, x3));
      const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, x0, x1));
      const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, x2, x3));
      float* const to = at + i * ld + r;
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23)), d, to);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23)), d, to + ld);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23)), d, to + 2 * ld);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23)), d, to + 3 * ld);
    }
    for (; i < width; ++i) {
      for (Index k = 0; k < 4; ++k) at[i * ld + r + k] = row[k * stride + i];
    }
  }
#endif
  for (; r < rows; ++r) {
    for (Index i = 0; i < width; ++i) at[i * ld + r] = a[r * stride + i];
  }
  for (Index i = 0; i < width && r < end; ++i) std::fill(at + i * ld + r, at + i * ld + end, 0.0f);
}

template <int kVectors, std::size_t... I>
HWY_INLINE void NarrowStep(FloatVec* HWY_RESTRICT acc, const float* x, const float* b, std::index_sequence<I...>) {
  constexpr std::size_t kV = static_cast<std::size_t>(kVectors);
  const FloatTag d;
  FloatVec rows[kV];
  [&]<std::size_t... V>(std::index_sequence<V...>) HWY_ATTR {
    ((rows[V] = hn::LoadU(d, x + static_cast<Index>(V) * kLanes)), ...);
  }
  (std::make_index_sequence<kV>());
  ((acc[I] = hn::MulAdd(rows[I % kV], hn::Set(d, b[I / kV]), acc[I])), ...);
}

// Some steps: x moves by `ld`, b by `b_step`; accumulator (column n, vector v) is acc[n·kVectors + v] in memory.
template <int kColumns, int kVectors, std::size_t... I>
HWY_INLINE void NarrowStepsImpl(const float* x, Index ld, const float* b, Index b_step, Index steps, float* acc_memory,
                                std::index_sequence<I...> each) {
  const FloatTag d;
  FloatVec acc[kColumns * kVectors];
  ((acc[I] = hn::LoadU(d, acc_memory + static_cast<Index>(I) * kLanes)), ...);
  for (; steps > 0; --steps, x += ld, b += b_step) NarrowStep<kVectors>(acc, x, b, each);
  (hn::StoreU(acc[I], d, acc_memory + static_cast<Index>(I) * kLanes), ...);
}
template <int kColumns, int kVectors>
HWY_NOINLINE void NarrowSteps(const float* x, Index ld, const float* b, Index b_step, Index steps, float* acc) {
  NarrowStepsImpl<kColumns, kVectors>(x, ld, b, b_step, steps, acc,
                                      std::make_index_sequence<static_cast<std::size_t>(kColumns * kVectors)>());
}

// One column in eight chains: x moves by `ld`, b by `b_step`; accumulator (chain i, vector v) is acc[i·kVectors + v] in memory.
// The first step belongs to `chain`.
template <int kVectors, std::size_t... I>
HWY_INLINE void ChainStepsImpl(const float* x, Index ld, const float* b, Index b_step, Index steps, Index chain,
                               float* acc_memory, std::index_sequence<I...>) {
  constexpr std::size_t kV = static_cast<std::size_t>(kVectors);
  const FloatTag d;
  const auto place = [](std::size_t i) { return static_cast<Index>(i) * kLanes; };
  const auto one = [&](float* acc) HWY_ATTR {
    const FloatVec weight = hn::Set(d, *b);
    for (std::size_t v = 0; v < kV; ++v)
      hn::StoreU(hn::MulAdd(hn::LoadU(d, x + place(v)), weight, hn::LoadU(d, acc + place(v))), d, acc + place(v));
    x += ld;
    b += b_step;
  };
  for (; chain % kChains != 0 && steps > 0; ++chain, --steps) one(acc_memory + chain % kChains * kVectors * kLanes);
  if (steps >= kChains) {
    FloatVec acc[kChains * kV];
    ((acc[I] = hn::LoadU(d, acc_memory + place(I))), ...);
    for (; steps >= kChains; steps -= kChains, x += kChains * ld, b += kChains * b_step) {
      ((acc[I] = hn::MulAdd(hn::LoadU(d, x + static_cast<Index>(I / kV) * ld + place(I % kV)),
                            hn::Set(d, b[static_cast<Index>(I / kV) * b_step]), acc[I])),
       ...);
    }
    (hn::StoreU(acc[I], d, acc_memory + place(I)), ...);
  }
  for (Index i = 0; i < steps; ++i) one(acc_memory + i * kVectors * kLanes);
}
template <int kVectors>
HWY_NOINLINE void ChainSteps(const float* x, Index ld, const float* b, Index b_step, Index steps, Index chain,
                             float* acc) {
  ChainStepsImpl<kVectors>(x, ld, b, b_step, steps, chain, acc,
                           std::make_index_sequence<static_cast<std::size_t>(kChains * kVectors)>());
}
// Their vectors, at most.
inline constexpr int kMostChainVectors = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 2 : 1;

using NarrowFunction = void (*)(const float*, Index, const float*, Index, Index, float*);

template <int kColumns, int kVectors = NarrowVectors(kColumns)>
HWY_INLINE NarrowFunction NarrowOf(int vectors) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return NarrowOf<kColumns, kVectors / 2>(vectors);
  }
  return NarrowSteps<kColumns, kVectors>;
}
template <int kColumns = static_cast<int>(kNarrow)>
HWY_INLINE NarrowFunction ChooseNarrow(Index columns, int vectors) {
  if constexpr (kColumns > 1) {
    if (columns < kColumns) return ChooseNarrow<kColumns - 1>(columns, vectors);
  }
  if constexpr (kColumns >= 1) return NarrowOf<kColumns>(vectors);
  return nullptr;
}

struct NarrowTile {
  const float* a;  // of the tile's first row
  Index rows;
  int vectors;
  float* c;
  const float* gate;
};

inline void RunNarrowTile(const Gemm& g, const NarrowTile& t, float* at) {
  const FloatTag d;
  HWY_ALIGN float acc[std::max<Index>(kNarrow * 8, kChains * kMostChainVectors) * kLanes];
  const Index height = t.vectors * kLanes, b_step = g.packed ? kLanes : g.ldb;
  const auto each_column = [&](auto body) HWY_ATTR {
    for (Index n = 0; n < g.N; ++n) body(n, acc + n * height, t.c + n);
  };
  if (!g.accumulate) {
    std::fill_n(acc, g.N * height, 0.0f);
  } else {
    each_column([&](Index, float* to, const float* c) HWY_ATTR {
      for (Index r = 0; r < t.rows; ++r) to[r] = c[r * g.ldc];
      std::fill(to + t.rows, to + height, 0.0f);
    });
  }
  const Rows& a = g.a;
  const NarrowFunction of_columns = g.eight_chains ? nullptr : ChooseNarrow(g.N, t.vectors);
  if (g.eight_chains) std::fill_n(acc + height, (kChains - 1) * height, 0.0f);
  const auto steps = [&](const float* x, Index ld, const float* b, Index count, Index k) HWY_ATTR {
    if (!g.eight_chains) of_columns(x, ld, b, b_step, count, acc);
    else if (kMostChainVectors == 2 && t.vectors == 2)
      ChainSteps<kMostChainVectors>(x, ld, b, b_step, count, k % kChains, acc);
    else ChainSteps<1>(x, ld, b, b_step, count, k % kChains, acc);
  };
  const auto weights = [&](Index tap, Index i) { return g.b + (tap * a.width + i) * b_step; };
  const Index shift = TapShift(a), more = (a.taps - 1) * shift;  // rows that the later taps see in addition
  const Index ld = (more + height + kLanes - 1) / kLanes * kLanes;
  if (shift > 0 && ld * a.width <= kNarrowBuffer) {
    TransposeRows(t.a, a.row_stride, t.rows + more, ld, a.width, at, ld);
    for (Index tap = 0; tap < a.taps; ++tap) steps(at + tap * shift, ld, weights(tap, 0), a.width, tap * a.width);
  } else {
    const Index most = kNarrowBuffer / height;
    for (Index tap = 0; tap < a.taps; ++tap) {
      for (Index i = 0; i < a.width; i += most) {
        const Index width = std::min(most, a.width - i);
        TransposeRows(t.a + tap * a.tap_stride + i, a.row_stride, t.rows, height, width, at, height);
        steps(at, height, weights(tap, i), width, tap * a.width + i);
      }
    }
  }
  if (g.eight_chains) {
    for (Index r = 0; r < height; r += kLanes) {
      FloatVec chain[kChains];
      for (Index i = 0; i < kChains; ++i) chain[i] = hn::LoadU(d, acc + i * height + r);
      hn::StoreU(SumOfChains(chain, [](FloatVec x, FloatVec y) HWY_ATTR { return hn::Add(x, y); }), d, acc + r);
    }
  }
  if (g.bias != nullptr || g.activation == Activation::relu) {
    const BiasActivation epilogue{g.bias,
                                  g.activation == Activation::relu ? 0.0f : -std::numeric_limits<float>::infinity()};
    each_column([&](Index n, float* to, const float*) HWY_ATTR {
      const FloatVec bias = hn::Set(d, g.bias == nullptr ? 0.0f : g.bias[n]);
      for (Index r = 0; r < height; r += kLanes) hn::StoreU(epilogue(hn::LoadU(d, to + r), bias), d, to + r);
    });
  }
  each_column([&](Index n, const float* from, float* c) HWY_ATTR {
    const float* const gate = t.gate == nullptr ? nullptr : t.gate + n;
    if (gate != nullptr) {
      for (Index r = 0; r < t.rows; ++r) c[r * g.ldc] = gate[r * g.ldc] > 0.0f ? from[r] * g.gate.scale : 0.0f;
    } else if (g.ldc == 1) {
      std::copy_n(from, t.rows, c);
    } else {
      for (Index r = 0; r < t.rows; ++r) c[r * g.ldc] = from[r];
    }
  });
}

inline HWY_NOINLINE void RunNarrowGemm(const Gemm& g) {
  HWY_ALIGN float at[kNarrowBuffer + kLanes];
  NarrowTile t{};
  for (Index sample = 0; sample < g.samples; ++sample) {
    for (Index m = 0; m < g.M; m += t.rows) {
      t.vectors = g.eight_chains ? kMostChainVectors : NarrowVectors(g.N);
      while (t.vectors > 1 && (t.vectors - 1) * kLanes >= g.M - m) t.vectors /= 2;
      t.rows = std::min(g.M - m, t.vectors * kLanes);
      const Index offset = sample * g.c_sample_stride + m * g.ldc;
      t.a = g.a.data + sample * g.a_sample_stride + m * g.a.row_stride;
      t.c = g.c + offset;
      t.gate = g.gate.from(offset).y;
      RunNarrowTile(g, t, at);
    }
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_GEMM_NARROW_INL_H_
