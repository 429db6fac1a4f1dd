// The register tile of all matrix products, per target: kRows x kVectors accumulators, each of which is one ascending
// chain of multiply-adds. See gemm.hpp for the contract of summation.
//
// How it must be written, measured with GCC 12 and clang 14: accumulators updated in a loop, even an unrolled one, are
// stored and reloaded in every step by GCC (half the speed); expanded through folds over an index sequence they stay in
// registers. The tile belongs to the target: 6x4 for 32 registers (10 loads for 24 multiply-adds), 6x2 for 16.
#if defined(WAVETRAIN_CPU_GEMM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_GEMM_INL_H_
#undef WAVETRAIN_CPU_GEMM_INL_H_
#else
#define WAVETRAIN_CPU_GEMM_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "cpu/gemm.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;
inline constexpr Index kLanes = static_cast<Index>(HWY_LANES(float));

// How many rows a tile of so many vectors has at most: accumulators, the vectors of B and one broadcast of A must fit
// the registers. The widest tile has the fewest instructions per multiply-add; the others are for what remains of N.
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON  // 32 registers
inline constexpr int kTileVectors = 4;
constexpr int TileRows(int vectors) { return vectors == 8 ? 1 : vectors == 4 ? 6 : 12; }
#elif HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
inline constexpr int kTileVectors = 2;
constexpr int TileRows(int vectors) { return vectors == 8 ? 1 : vectors == 4 ? 2 : 4; }
#else  // 16 registers
inline constexpr int kTileVectors = 2;
constexpr int TileRows(int vectors) { return vectors == 8 ? 1 : vectors == 4 ? 2 : vectors == 2 ? 6 : 12; }
#endif
inline constexpr Index kPanel = 2 * kLanes;  // columns of a packed panel
// Steps of K after which C is put down. The panels of B that a tile reads then take 24 KiB (AVX2) or 96 KiB (AVX-512): the
// second-level cache delivers the 11 bytes per cycle that tiles ask for, and shorter blocks, whose panels stay in the
// first-level cache, are 2 to 4 % slower because they load and store C more often.
inline constexpr Index kBlock = 384;

// Vectors of the widest tile for a matrix of `rows` rows. One or two rows have too few chains to hide the latency of a
// multiply-add, so they take more columns at once.
HWY_INLINE int WidestTile(Index rows) { return rows == 1 ? 8 : rows == 2 ? 4 : kTileVectors; }

// The first `count` lanes, the others zero; nothing beyond them is read.
template <class D>
HWY_INLINE hn::Vec<D> LoadSome(D d, const float* p, Index count) {
  if (count >= static_cast<Index>(hn::Lanes(d))) return hn::LoadU(d, p);
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_AVX3
  return hn::MaskedLoad(hn::FirstN(d, static_cast<std::size_t>(count)), d, p);
#else
  // Masked loads of other targets read whole vectors and may fault.
  HWY_ALIGN float lanes[kLanes] = {};
  for (Index i = 0; i < count; ++i) lanes[i] = p[i];
  return hn::Load(d, lanes);
#endif
}
HWY_INLINE FloatVec LoadSome(const float* p, Index count) { return LoadSome(FloatTag(), p, count); }

// Writes the first `count` lanes and nothing else.
template <class V>
HWY_INLINE void StoreSome(V value, float* p, Index count) {
  const hn::DFromV<V> d;
  if (count >= static_cast<Index>(hn::Lanes(d))) {
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

// What is done to C before it is stored: `begin` is called once per vector of columns (`column` is its first, `count`
// of its lanes exist), then the epilogue itself for that vector of every row. It must treat all lanes alike, and take vectors
// of any length. One with kReadsGate also gets the vector of g.gate.y that belongs to it.
struct NoEpilogue {
  static constexpr bool kReadsGate = false;
  template <class D>
  HWY_INLINE int begin(D, Index, Index) const {
    return 0;
  }
  template <class V>
  HWY_INLINE V operator()(V value, int) const {
    return value;
  }
};

template <class V>
HWY_INLINE V AtLeast(V value, float floor) {
  const V lowest = hn::Set(hn::DFromV<V>(), floor);
#if HWY_TARGET <= (1LL << HWY_HIGHEST_TARGET_BIT_X86)
  return hn::Max(lowest, value);  // in this order NaN stays NaN: the second operand wins
#else
  return hn::IfThenElse(hn::Lt(value, lowest), lowest, value);
#endif
}

// See Gate.
struct GateEpilogue {
  static constexpr bool kReadsGate = true;
  float scale;
  template <class D>
  HWY_INLINE int begin(D, Index, Index) const {
    return 0;
  }
  template <class V>
  HWY_INLINE V operator()(V value, int, V gate) const {
    const hn::DFromV<V> d;
    return hn::IfThenElseZero(hn::Gt(gate, hn::Zero(d)), hn::Mul(value, hn::Set(d, scale)));
  }
};

struct BiasActivation {
  static constexpr bool kReadsGate = false;
  const float* bias;  // or none
  float floor;        // smaller values become this one: 0 for relu, -infinity for linear

  template <class D>
  HWY_INLINE hn::Vec<D> begin(D d, Index column, Index count) const {
    return bias == nullptr ? hn::Zero(d) : LoadSome(d, bias + column, count);
  }
  template <class V>
  HWY_INLINE V operator()(V value, V bias_vector) const {
    return AtLeast(hn::Add(value, bias_vector), floor);
  }
};

// The same and then a normalisation, see GemmNormalization.
struct BiasNormalization {
  static constexpr bool kReadsGate = false;
  BiasActivation product;
  GemmNormalization norm;
  float floor;

  template <class V>
  struct Columns {
    V bias, mean, scale, shift;
  };
  template <class D>
  HWY_INLINE Columns<hn::Vec<D>> begin(D d, Index column, Index count) const {
    return {product.begin(d, column, count), LoadSome(d, norm.mean + column, count),
            LoadSome(d, norm.scale + column, count),
            norm.shift == nullptr ? hn::Zero(d) : LoadSome(d, norm.shift + column, count)};
  }
  template <class V>
  HWY_INLINE V operator()(V value, const Columns<V>& c) const {
    value = hn::MulAdd(hn::Sub(product(value, c.bias), c.mean), c.scale, c.shift);
    return AtLeast(value, floor);
  }
};

// What a call of the tile does: `tiles` tiles below each other, each kRows x kVectors vectors of C, continued over
// `taps` runs of `width` steps.
struct Tile {
  const float* a;  // value (row r, step i) of the first run at a[r·row_stride + i·step]
  Index row_stride, step, width, taps;
  Index tap_jump;  // from the end of a run to the begin of the next
  const float* b;  // vectors 2p, 2p+1 of step k at b[p·panel_stride + k·b_step]
  Index b_step, panel_stride;
  float* c;
  const float* gate = nullptr;  // at c's place, where the epilogue reads it
  Index ldc;
  Index tiles;
  Index column;    // of C, where the tile begins
  Index columns;   // that exist; the last vector may be partial
  bool from_zero;  // else from C
  bool last;       // apply the epilogue
};

// Pointers to every third row. Hiding where they come from keeps GCC from addressing all rows from one base, which
// needs a register for every multiple of the stride, more than there are; three rows per base fit x86's addressing
// modes.
template <std::size_t kBases, class T>
HWY_INLINE std::array<T*, kBases> RowBases(T* first, Index stride) {
  std::array<T*, kBases> bases;
  for (std::size_t i = 0; i < kBases; ++i, first += 3 * stride) {
    bases[i] = first;
    if (i > 0) asm("" : "+r"(bases[i]));
  }
  return bases;
}

// What is known of A's strides when compiling: the fewer address registers, the better.
enum class Walk {
  along_rows,     // step is 1: A · B
  along_columns,  // row_stride is 1: A^T · B
  any,
};

// How the last vector of a row of B is read.
enum class LastVector {
  whole,    // there is memory behind the columns that exist
  partial,  // nothing is read beyond them
};
// Masked loads cost nothing where masks have registers of their own.
inline constexpr bool kReadsPartialVectors = HWY_TARGET == HWY_AVX3;

// Where a vector has 16 lanes, tiles of 8 columns or fewer use half of one: processors that compute it in two halves, or that
// have as many units for halves, need half the time.
using HalfTag = hn::CappedTag<float, HWY_TARGET == HWY_AVX3 ? 8 : HWY_LANES(float)>;
inline constexpr bool kHasHalves = HWY_TARGET == HWY_AVX3;

// D says how long the vectors are: FloatTag, or with one vector HalfTag.
template <class D, int kRows, int kVectors, Walk kWalk, LastVector kLast, class Epilogue, std::size_t... I>
HWY_INLINE void RunTilesImpl(const Tile& t, const Epilogue& epilogue, std::index_sequence<I...>) {
  using V = hn::Vec<D>;
  constexpr std::size_t kV = static_cast<std::size_t>(kVectors);
  constexpr std::size_t kBases = static_cast<std::size_t>(kRows + 2) / 3;
  constexpr auto kEachRow = std::make_index_sequence<static_cast<std::size_t>(kRows)>();
  constexpr auto kEachVector = std::make_index_sequence<kV>();
  const D d;
  constexpr Index kWidth = static_cast<Index>(hn::MaxLanes(D()));
  const Index row_stride = kWalk == Walk::along_columns ? 1 : t.row_stride;
  const Index step = kWalk == Walk::along_rows ? 1 : t.step;
  const bool full = t.columns == kVectors * kWidth;
  const auto left = [&](std::size_t i) HWY_ATTR { return t.columns - static_cast<Index>(i % kV) * kWidth; };
  const auto last_lanes = hn::FirstN(d, static_cast<std::size_t>(std::min(left(kV - 1), kWidth)));

  // Few values live across the loop over K, on purpose: GCC spills integers into vector registers.
  for (Index tile = 0; tile < t.tiles; ++tile) {
    // Vector i of C. Its stride is read where it is needed: see above.
    const auto at = [&](const auto& base, Index ldc, std::size_t i) HWY_ATTR {
      return base[i / kV / 3] + static_cast<Index>(i / kV % 3) * ldc + static_cast<Index>(i % kV) * kWidth;
    };
    V acc[kRows * kVectors];
    if (t.from_zero) {
      ((acc[I] = hn::Zero(d)), ...);
    } else {
      const Index ldc = t.ldc;
      const std::array<float*, kBases> c = RowBases<kBases>(t.c + tile * kRows * ldc, ldc);
      if (full) ((acc[I] = hn::LoadU(d, at(c, ldc, I))), ...);
      else ((acc[I] = LoadSome(d, at(c, ldc, I), left(I))), ...);
    }

    constexpr std::size_t kABases = kWalk == Walk::along_columns ? 1 : kBases;
    std::array<const float*, kABases> a = RowBases<kABases>(t.a + tile * kRows * row_stride, row_stride);
    const auto advance = [&](Index distance) HWY_ATTR {
      [&]<std::size_t... P>(std::index_sequence<P...>) HWY_ATTR { ((a[P] += distance), ...); }
      (std::make_index_sequence<kABases>());
    };
    const float* HWY_RESTRICT b = t.b;
    const Index b_step = t.b_step;
    for (Index tap = t.taps; tap > 0; --tap) {
      // Not unrolled: GCC would hoist broadcasts over several steps and spill the accumulators.
      for (Index i = t.width; i > 0; --i) {
        V bv[kV];
        [&]<std::size_t... J>(std::index_sequence<J...>) HWY_ATTR {
          (
              [&]() HWY_ATTR {
                const float* p = b + static_cast<Index>(J / 2) * t.panel_stride + static_cast<Index>(J % 2) * kWidth;
                if constexpr (kLast == LastVector::partial && J + 1 == kV) bv[J] = hn::MaskedLoad(last_lanes, d, p);
                else bv[J] = hn::LoadU(d, p);
              }(),
              ...);
        }
        (kEachVector);
        [&]<std::size_t... R>(std::index_sequence<R...>) HWY_ATTR {
          (
              [&]() HWY_ATTR {
                constexpr std::size_t kRow = R;
                constexpr std::size_t kBase = kWalk == Walk::along_columns ? 0 : kRow / 3;
                const V x = hn::Set(d, a[kBase][static_cast<Index>(kRow - 3 * kBase) * row_stride]);
                [&]<std::size_t... J>(std::index_sequence<J...>) HWY_ATTR {
                  ((acc[kRow * kV + J] = hn::MulAdd(x, bv[J], acc[kRow * kV + J])), ...);
                }
                (kEachVector);
              }(),
              ...);
        }
        (kEachRow);
        advance(step);
        b += b_step;
      }
      advance(t.tap_jump);
    }

    if (t.last) {
      decltype(epilogue.begin(d, 0, 0)) state[kV];
      [&]<std::size_t... J>(std::index_sequence<J...>) HWY_ATTR {
        ((state[J] = epilogue.begin(d, t.column + static_cast<Index>(J) * kWidth, full ? kWidth : left(J))), ...);
      }
      (kEachVector);
      if constexpr (!Epilogue::kReadsGate) {
        ((acc[I] = epilogue(acc[I], state[I % kV])), ...);
      } else {
        const Index ldc = t.ldc;
        const std::array<const float*, kBases> gate = RowBases<kBases>(t.gate + tile * kRows * ldc, ldc);
        if (full) ((acc[I] = epilogue(acc[I], state[I % kV], hn::LoadU(d, at(gate, ldc, I)))), ...);
        else ((acc[I] = epilogue(acc[I], state[I % kV], LoadSome(d, at(gate, ldc, I), left(I)))), ...);
      }
    }
    const Index ldc = t.ldc;
    const std::array<float*, kBases> c = RowBases<kBases>(t.c + tile * kRows * ldc, ldc);
    if (full) (hn::StoreU(acc[I], d, at(c, ldc, I)), ...);
    else (StoreSome(acc[I], at(c, ldc, I), left(I)), ...);
  }
}

template <class D, int kRows, int kVectors, Walk kWalk, LastVector kLast, class Epilogue>
HWY_NOINLINE void RunTiles(const Tile& t, const Epilogue& epilogue) {
  RunTilesImpl<D, kRows, kVectors, kWalk, kLast>(
      t, epilogue, std::make_index_sequence<static_cast<std::size_t>(kRows * kVectors)>());
}

// Chooses the tile by its size: `vectors` is 1, 2, 4 or 8, and `rows` <= TileRows(vectors).
template <Walk kWalk, int kVectors, LastVector kLast, class D = FloatTag, class Epilogue,
          int kRows = TileRows(kVectors)>
HWY_INLINE void RunTilesOf(Index rows, const Tile& t, const Epilogue& epilogue) {
  if constexpr (kHasHalves && kVectors == 1 && std::is_same_v<D, FloatTag>) {
    if (t.columns <= static_cast<Index>(hn::MaxLanes(HalfTag())))
      return RunTilesOf<kWalk, kVectors, kLast, HalfTag, Epilogue, kRows>(rows, t, epilogue);
  }
  if constexpr (kRows > 1) {
    if (rows < kRows) return RunTilesOf<kWalk, kVectors, kLast, D, Epilogue, kRows - 1>(rows, t, epilogue);
  }
  RunTiles<D, kRows, kVectors, kWalk, kLast>(t, epilogue);
}
template <Walk kWalk, class Epilogue>
HWY_INLINE void RunTiles(Index rows, int vectors, const Tile& t, const Epilogue& epilogue) {
  constexpr LastVector kWhole = LastVector::whole;
  if (vectors == 4) RunTilesOf<kWalk, 4, kWhole>(rows, t, epilogue);
  else if (vectors == 2) RunTilesOf<kWalk, 2, kWhole>(rows, t, epilogue);
  else if (vectors == 1) RunTilesOf<kWalk, 1, kWhole>(rows, t, epilogue);
  else RunTilesOf<kWalk, 8, kWhole>(rows, t, epilogue);
}

// `rows` rows cut into as few tiles as possible, of nearly equal height: first `larger` of them one row higher.
struct RowTiles {
  Index count, height, larger;

  HWY_INLINE RowTiles(Index rows, int vectors) {
    const auto most = static_cast<std::uint32_t>(TileRows(vectors)), all = static_cast<std::uint32_t>(rows);
    if (all <= most) {  // products of one sample are so small that divisions count
      count = all > 0 ? 1 : 0, height = rows, larger = 0;
      return;
    }
    const std::uint32_t tiles = (all + most - 1) / most;
    count = tiles, height = all / tiles, larger = all % tiles;
  }
  HWY_INLINE Index begin(Index tile) const { return tile * height + std::min(tile, larger); }
  HWY_INLINE Index rows(Index tile) const { return height + (tile < larger ? 1 : 0); }
};

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

// GCC would compute two neighbours of a struct in one vector, loaded right after both halves were stored: the processor waits
// for both stores, 40 cycles in products that take a few hundred.
HWY_INLINE Index InRegister(Index value) {
  asm("" : "+r"(value));
  return value;
}

// C = epilogue(A · B), see Gemm; `g.bias` and `g.activation` are the epilogue's business.
template <class Epilogue>
HWY_INLINE void RunGemm(const Gemm& g, const Epilogue& epilogue) {
  const Index K = g.a.k();
  Index width = g.a.width, taps = g.a.taps;
  if (g.a.tap_stride == width) width = K, taps = 1;  // the runs join up
  // Blocks of K: whole runs, or parts of one when it is long. One row reads B once, so that blocks bring nothing.
  const Index most = g.M == 1 && g.packed ? std::max<Index>(K, 1) : kBlock;
  const Index cuts = width <= most ? 1 : (width + most - 1) / most;
  const Index block_width = cuts == 1 ? width : (width + cuts - 1) / cuts;
  const Index block_taps = K <= most ? taps : std::max<Index>(1, std::min(taps, most / width));
  // Rows that stay in the second-level cache while the panels of B pass by.
  constexpr Index kFewRows = 96;
  const Index block_rows = g.M <= kFewRows ? kFewRows : std::max(kFewRows, (Index{128} << 10) / std::max<Index>(K, 1));
  const int widest = WidestTile(g.M);
  // Small products go through their samples innermost: with short tiles, what comes before the first one counts.
  const bool small = K <= most && g.M <= block_rows && g.N <= widest * kLanes;
  const Index together = small ? g.samples : 1;
  HWY_ALIGN float tail[kBlock * kPanel];  // never wider: wide tiles are full

  for (Index sample = 0; sample < g.samples; sample += together) {
    for (Index m0 = 0; m0 < g.M; m0 += block_rows) {
      const Index rows = std::min(block_rows, g.M - m0);
      const Index c_offset = sample * g.c_sample_stride + m0 * g.ldc;
      int vectors = 0;
      for (Index n = 0; n < g.N; n += vectors * kLanes) {
        Tile t;
        vectors = NextVectors(g.N - n, widest);
        const RowTiles tiles(rows, vectors);
        t.columns = std::min<Index>(g.N - n, vectors * kLanes);
        t.column = n;
        t.row_stride = g.a.row_stride;
        t.step = 1;
        t.ldc = g.ldc;
        t.from_zero = !g.accumulate;
        Index tap = 0, w = 0;
        do {
          t.taps = std::min(block_taps, InRegister(taps - tap));
          t.width = std::min(block_width, InRegister(width - w));
          t.tap_jump = g.a.tap_stride - t.width;
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
          const float* a = g.a.data + sample * g.a_sample_stride + m0 * g.a.row_stride + tap * g.a.tap_stride + w;
          w += t.width;
          if (w >= width) w = 0, tap += std::max<Index>(t.taps, 1);
          t.last = tap >= taps;
          // Tiles `first` to `last`, which have equal heights, of one sample.
          const auto run = [&](Index height, Index first, Index last, Index s) HWY_ATTR {
            if (first == last) return;
            const Index row = tiles.begin(first), offset = c_offset + s * g.c_sample_stride + row * g.ldc + n;
            t.a = a + s * g.a_sample_stride + row * g.a.row_stride;
            t.c = g.c + offset;
            if constexpr (Epilogue::kReadsGate) t.gate = g.gate.y + offset;
            t.tiles = last - first;
            RunTiles<Walk::along_rows>(height, vectors, t, epilogue);
          };
          for (Index s = 0; s < together; ++s) {
            run(tiles.height + 1, 0, tiles.larger, s);
            run(tiles.height, tiles.larger, tiles.count, s);
          }
          t.from_zero = false;
        } while (!t.last);
      }
    }
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_GEMM_INL_H_
