// The register tile of all matrix products, per target: kRows x kVectors accumulators, each of which is one ascending
// chain of multiply-adds. See gemm.hpp for the contract of summation.
//
// How it must be written, measured with GCC 12 and clang 14: accumulators updated in a loop, even an unrolled one, are
// stored and reloaded in every step by GCC (half the speed); expanded through folds over an index sequence they stay in
// registers. The tile belongs to the target: 12x2 for 32 registers (14 loads for 24 multiply-adds), 6x2 for 16.
#if defined(WAVETRAIN_CPU_GEMM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_GEMM_INL_H_
#undef WAVETRAIN_CPU_GEMM_INL_H_
#else
#define WAVETRAIN_CPU_GEMM_INL_H_
#endif

#include <algorithm>
#include <utility>

#include "cpu/gemm.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;
inline constexpr Index kLanes = static_cast<Index>(HWY_LANES(float));

// Rows of the main tile. Two vectors wide; see kWideVectors for tiles of few rows.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON
inline constexpr int kTileRows = 12;
#elif HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
inline constexpr int kTileRows = 4;
#else
inline constexpr int kTileRows = 6;
#endif
inline constexpr Index kPanel = 2 * kLanes;  // columns of a packed panel
// Steps of K for which a panel of B stays in the first-level cache (24 KiB) while rows of A pass by.
inline constexpr Index kBlock = 24 * 1024 / (kPanel * static_cast<Index>(sizeof(float)));

// With few rows there are too few chains to hide the latency of a multiply-add, so such tiles take more columns at
// once.
constexpr int WideVectors(int rows) {
  if (rows == 1) return kLanes == 1 ? 4 : 8;
  if (rows == 2 || (rows == 3 && kTileRows > 6)) return 4;
  return 2;
}

// The first `count` lanes, the others zero; nothing beyond them is read.
HWY_INLINE FloatVec LoadSome(const float* p, Index count) {
  const FloatTag d;
  if (count >= kLanes) return hn::LoadU(d, p);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, p);
#else
  // Masked loads of other targets read whole vectors and may fault.
  HWY_ALIGN float lanes[kLanes] = {};
  for (Index i = 0; i < count; ++i) lanes[i] = p[i];
  return hn::Load(d, lanes);
#endif
}

// Writes the first `count` lanes and nothing else.
HWY_INLINE void StoreSome(FloatVec value, float* p, Index count) {
  const FloatTag d;
  if (count >= kLanes) {
    hn::StoreU(value, d, p);
    return;
  }
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  hn::BlendedStore(value, hn::FirstN(d, static_cast<std::size_t>(count)), d, p);
#else
  HWY_ALIGN float lanes[kLanes];
  hn::Store(value, d, lanes);
  for (Index i = 0; i < count; ++i) p[i] = lanes[i];
#endif
}

// What is done to C before it is stored: `begin` is called once per vector of columns (`column` is its first, `count` of its
// lanes exist), then the epilogue itself for that vector of every row. It must treat all lanes alike.
struct NoEpilogue {
  HWY_INLINE int begin(Index, Index) const { return 0; }
  HWY_INLINE FloatVec operator()(FloatVec value, int) const { return value; }
};

struct BiasActivation {
  const float* bias;  // or none
  float floor;        // smaller values become this one: 0 for relu, -infinity for linear

  HWY_INLINE FloatVec begin(Index column, Index count) const {
    return bias == nullptr ? hn::Zero(FloatTag()) : LoadSome(bias + column, count);
  }
  HWY_INLINE FloatVec operator()(FloatVec value, FloatVec bias_vector) const {
    value = hn::Add(value, bias_vector);
    const FloatVec lowest = hn::Set(FloatTag(), floor);
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
    return hn::IfThenElse(hn::Lt(value, lowest), lowest, value);
#else
    return hn::Max(lowest, value);  // in this order NaN stays NaN: the second operand wins (x86), or NaN does (NEON)
#endif
  }
};

// What one tile does: C (kRows x kVectors vectors) continued over `taps` runs of `width` steps.
struct Tile {
  const float* a;  // value (row r, run t, step i) at a[r·row_stride + t·tap_stride + i·step]
  Index row_stride, step, width, taps, tap_stride;
  const float* b;  // vectors 2p, 2p+1 of step k at b[p·panel_stride + k·b_step]
  Index b_step, panel_stride;
  float* c;
  Index ldc;
  Index column;    // of C, where the tile begins
  Index columns;   // that exist; the last vector may be partial
  bool from_zero;  // else from C
  bool last;       // apply the epilogue
};

// kUnitRows: row_stride is 1 (weight gradients), which makes for constant addresses.
template <int kRows, int kVectors, bool kUnitRows, class Epilogue, std::size_t... I>
HWY_INLINE void RunTileImpl(const Tile& t, const Epilogue& epilogue, std::index_sequence<I...>) {
  constexpr auto kEachRow = std::make_index_sequence<static_cast<std::size_t>(kRows)>();
  constexpr auto kEachVector = std::make_index_sequence<static_cast<std::size_t>(kVectors)>();
  constexpr std::size_t kV = static_cast<std::size_t>(kVectors);
  const FloatTag d;
  const Index row_stride = kUnitRows ? 1 : t.row_stride;
  const bool full = t.columns == kVectors * kLanes;
  const auto at = [&](std::size_t i) HWY_ATTR {
    return t.c + static_cast<Index>(i / kV) * t.ldc + static_cast<Index>(i % kV) * kLanes;
  };
  const auto left = [&](std::size_t i) HWY_ATTR { return t.columns - static_cast<Index>(i % kV) * kLanes; };

  FloatVec acc[kRows * kVectors];
  if (t.from_zero) ((acc[I] = hn::Zero(d)), ...);
  else if (full) ((acc[I] = hn::LoadU(d, at(I))), ...);
  else ((acc[I] = LoadSome(at(I), left(I))), ...);

  const float* HWY_RESTRICT b = t.b;
  for (Index tap = 0; tap < t.taps; ++tap) {
    const float* HWY_RESTRICT a = t.a + tap * t.tap_stride;
    for (Index i = 0; i < t.width; ++i) {
      FloatVec bv[kVectors];
      [&]<std::size_t... J>(std::index_sequence<J...>) HWY_ATTR {
        ((bv[J] = hn::LoadU(d, b + static_cast<Index>(J / 2) * t.panel_stride + static_cast<Index>(J % 2) * kLanes)),
         ...);
      }
      (kEachVector);
      [&]<std::size_t... R>(std::index_sequence<R...>) HWY_ATTR {
        (
            [&]() HWY_ATTR {
              constexpr std::size_t kRow = R;
              const FloatVec x = hn::Set(d, a[static_cast<Index>(kRow) * row_stride]);
              [&]<std::size_t... J>(std::index_sequence<J...>) HWY_ATTR {
                ((acc[kRow * kV + J] = hn::MulAdd(x, bv[J], acc[kRow * kV + J])), ...);
              }
              (kEachVector);
            }(),
            ...);
      }
      (kEachRow);
      a += t.step;
      b += t.b_step;
    }
  }

  if (t.last) {
    using State = decltype(epilogue.begin(0, 0));
    State state[kVectors];
    [&]<std::size_t... J>(std::index_sequence<J...>) HWY_ATTR {
      ((state[J] = epilogue.begin(t.column + static_cast<Index>(J) * kLanes, full ? kLanes : left(J))), ...);
    }(kEachVector);
    ((acc[I] = epilogue(acc[I], state[I % kV])), ...);
  }
  if (full) (hn::StoreU(acc[I], d, at(I)), ...);
  else (StoreSome(acc[I], at(I), left(I)), ...);
}

template <int kRows, int kVectors, bool kUnitRows, class Epilogue>
HWY_NOINLINE void RunTile(const Tile& t, const Epilogue& epilogue) {
  RunTileImpl<kRows, kVectors, kUnitRows>(t, epilogue,
                                          std::make_index_sequence<static_cast<std::size_t>(kRows * kVectors)>());
}

// Chooses the tile by its size: rows <= kTileRows, vectors one of 1, 2 and WideVectors(rows).
template <bool kUnitRows, class Epilogue, int kRows = kTileRows>
HWY_INLINE void RunTile(int rows, int vectors, const Tile& t, const Epilogue& epilogue) {
  if (rows < kRows) {
    if constexpr (kRows > 1) RunTile<kUnitRows, Epilogue, kRows - 1>(rows, vectors, t, epilogue);
  } else if (vectors == 2) {
    RunTile<kRows, 2, kUnitRows>(t, epilogue);
  } else if (vectors == 1) {
    RunTile<kRows, 1, kUnitRows>(t, epilogue);
  } else if constexpr (WideVectors(kRows) > 2) {
    RunTile<kRows, WideVectors(kRows), kUnitRows>(t, epilogue);
  }
}

// Vectors of the next tile when `columns` are left: wide ones as long as they are full.
HWY_INLINE int NextVectors(Index columns, int widest) {
  if (columns >= widest * kLanes) return widest;
  return columns > kLanes ? 2 : 1;
}

// Copies `rows` x `columns` of B, zero-padded to `vectors` whole vectors per row.
inline HWY_NOINLINE void PackTail(const float* b, Index ldb, Index rows, Index columns, int vectors, float* packed) {
  const FloatTag d;
  for (Index k = 0; k < rows; ++k, b += ldb) {
    for (int j = 0; j < vectors; ++j, packed += kLanes)
      hn::StoreU(LoadSome(b + j * kLanes, columns - j * kLanes), d, packed);
  }
}

// The `i`-th of `parts` nearly equal ranges that cover [0, count).
HWY_INLINE Index Cut(Index count, Index parts, Index i) { return count * i / parts; }

// C = epilogue(A · B), see Gemm; `g.bias` and `g.activation` are the epilogue's business.
template <class Epilogue>
HWY_INLINE void RunGemm(const Gemm& g, const Epilogue& epilogue) {
  const Index K = g.a.k();
  Index width = g.a.width, taps = g.a.taps;
  if (g.a.tap_stride == width) width = K, taps = 1;  // the runs join up
  // Blocks of K: whole runs, or parts of one when it is long.
  const Index block_width = std::min(width, kBlock);
  const Index block_taps = width == 0 ? taps : std::max<Index>(1, std::min(taps, kBlock / width));
  // Rows that stay in the second-level cache while the panels of B pass by.
  const Index block_rows = std::max<Index>(8 * kTileRows, (Index{128} << 10) / std::max<Index>(K, 1));
  const int widest = g.M <= kTileRows ? WideVectors(static_cast<int>(g.M)) : 2;
  HWY_ALIGN float tail[kBlock * kPanel];

  for (Index m0 = 0; m0 < g.M; m0 += block_rows) {
    const Index rows = std::min(block_rows, g.M - m0), tiles = (rows + kTileRows - 1) / kTileRows;
    int vectors = 0;
    for (Index n = 0; n < g.N; n += vectors * kLanes) {
      Tile t;
      vectors = NextVectors(g.N - n, widest);
      t.columns = std::min<Index>(g.N - n, vectors * kLanes);
      t.column = n;
      t.row_stride = g.a.row_stride;
      t.tap_stride = g.a.tap_stride;
      t.step = 1;
      t.ldc = g.ldc;
      t.from_zero = !g.accumulate;
      Index tap = 0, w = 0;
      do {
        t.taps = std::min(block_taps, taps - tap);
        t.width = std::min(block_width, width - w);
        const Index k = tap * width + w, steps = t.taps * t.width;
        if (g.packed) {
          t.b_step = vectors >= 2 ? kPanel : kLanes;
          t.panel_stride = K * kPanel;
          t.b = g.b + n * K + k * t.b_step;
        } else if (t.columns == vectors * kLanes) {
          t.b_step = g.ldb;
          t.panel_stride = kPanel;
          t.b = g.b + k * g.ldb + n;
        } else {
          PackTail(g.b + k * g.ldb + n, g.ldb, steps, t.columns, vectors, tail);
          t.b_step = vectors * kLanes;
          t.panel_stride = kPanel;
          t.b = tail;
        }
        const float* a = g.a.data + tap * g.a.tap_stride + w;
        w += t.width;
        if (w >= width) w = 0, tap += std::max<Index>(t.taps, 1);
        t.last = tap >= taps;
        for (Index i = 0; i < tiles; ++i) {
          const Index m = m0 + Cut(rows, tiles, i);
          t.a = a + m * g.a.row_stride;
          t.c = g.c + m * g.ldc + n;
          RunTile<false>(static_cast<int>(m0 + Cut(rows, tiles, i + 1) - m), vectors, t, epilogue);
        }
        t.from_zero = false;
      } while (!t.last);
    }
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_GEMM_INL_H_
