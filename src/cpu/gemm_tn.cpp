// Weight gradients: products whose long axis (samples and time) is summed. Same tiles as gemm.cpp, with the roles of
// A's axes exchanged: a tile's rows are neighbouring weights, its steps are time.
#include "cpu/gemm.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gemm_tn.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/gemm-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Rows of a block of time, at most: what a column group reads of B and A fits the second-level cache beside dW.
inline constexpr Index kMaxRows = 192;

// Are the columns of B that tiles below each other share copied? Rows that lie a multiple of 2 KiB apart share so few sets
// of the first-level cache that narrow tiles, which read one line of a row, find nothing there again. Wide ones are better
// off without.
HWY_INLINE bool IsCopied(const GemmTn& g, int vectors, Index tiles) {
  return kTileVectors < 4 && vectors == kTileVectors && tiles >= 4 && g.ldb % 512 == 0;
}

// How dW is cut: row groups times column groups, a tile each (the last column group may take two).
struct TnGrid {
  Index runs;             // groups never cross a run
  Index run_rows;         // rows of dW per run
  Index row_stride;       // in A, between the rows of a run
  Index run_stride;       // in A, between runs
  int widest = 1;         // vectors per tile
  RowTiles groups{0, 1};  // row groups per run
  Index column_groups;

  explicit TnGrid(const GemmTn& g) {
    runs = g.a.taps, run_rows = g.a.width, row_stride = 1, run_stride = g.a.tap_stride;
    if (g.a.tap_stride == g.a.width) {
      run_rows *= runs, runs = 1;  // the runs join up
    } else if (g.a.width == 1) {
      run_rows = runs, runs = 1, row_stride = g.a.tap_stride;  // one channel, dilated
    }
    widest = NextVectors(g.N, WidestTile(run_rows));
    groups = RowTiles(run_rows, widest);
    column_groups = (g.N + widest * kLanes - 1) / (widest * kLanes);
  }
  Index row_groups() const { return runs * groups.count; }
  Index tiles() const { return row_groups() * column_groups; }
};

Index TnTiles(const GemmTn& g) { return TnGrid(g).tiles(); }

// One column whose rows lie side by side: vectors along the rows of dW, where the other way would use one lane.
template <std::size_t... V>
HWY_INLINE void RunColumnVectors(const GemmTn& g, const float* a, Index count, float* w, std::index_sequence<V...>) {
  const FloatTag d;
  constexpr bool kWhole = sizeof...(V) > 1;
  const auto load = [&](const float* p, std::size_t v) HWY_ATTR {
    return kWhole ? hn::LoadU(d, p + static_cast<Index>(v) * kLanes) : LoadSome(p, count);
  };
  FloatVec acc[sizeof...(V)];
  ((acc[V] = g.accumulate ? load(w, V) : hn::Zero(d)), ...);
  for (Index sample = 0; sample < g.samples; ++sample) {
    const float* x = a + sample * g.a_sample_stride;
    const float* y = g.b + sample * g.b_sample_stride;
    for (Index r = 0; r < g.rows; ++r, x += g.a.row_stride, y += g.ldb) {
      const FloatVec dy = hn::Set(d, *y);
      ((acc[V] = hn::MulAdd(load(x, V), dy, acc[V])), ...);
    }
  }
  (StoreSome(acc[V], w + static_cast<Index>(V) * kLanes, count - static_cast<Index>(V) * kLanes), ...);
}

void RunGemmTnColumn(const GemmTn& g, const TnGrid& grid, Index begin, Index end) {
  for (Index run = begin / grid.groups.count; run * grid.groups.count < end; ++run) {
    const Index first = std::max(begin - run * grid.groups.count, Index{0});
    const Index last = std::min(end - run * grid.groups.count, grid.groups.count);
    const Index stop = grid.groups.begin(last - 1) + grid.groups.rows(last - 1);
    for (Index row = grid.groups.begin(first); row < stop;) {
      const float* a = g.a.data + run * grid.run_stride + row;
      float* w = g.w + run * grid.run_rows + row;
      const bool four = stop - row >= 4 * kLanes;
      const Index count = four ? 4 * kLanes : std::min(stop - row, kLanes);
      if (four) RunColumnVectors(g, a, count, w, std::make_index_sequence<4>());
      else RunColumnVectors(g, a, count, w, std::make_index_sequence<1>());
      row += count;
    }
  }
}

// Tiles of one or two vectors of which the last is partial, read where it lies.
HWY_INLINE void RunPartialTiles(Index rows, int vectors, const Tile& t) {
  if constexpr (kReadsPartialVectors) {
    constexpr LastVector kLast = LastVector::partial;
    if (vectors == 2) RunTilesOf<Walk::along_columns, 2, kLast>(rows, t, NoEpilogue());
    else RunTilesOf<Walk::along_columns, 1, kLast>(rows, t, NoEpilogue());
  }
}

void RunGemmTn(const GemmTn& g, Index begin, Index end) {
  const TnGrid grid(g);
  if (g.N == 1 && g.ldw == 1 && grid.row_stride == 1 && begin < end) return RunGemmTnColumn(g, grid, begin, end);
  HWY_ALIGN float tail[kMaxRows * kTileVectors * kLanes];
  // Without any rows, one empty block writes the zeros.
  const bool empty = g.samples * g.rows == 0;
  const Index samples = empty ? 1 : g.samples, rows = empty ? 0 : g.rows;
  Tile t;
  t.taps = 1;
  t.tap_jump = 0;
  t.panel_stride = kPanel;
  t.row_stride = grid.row_stride;
  t.step = g.a.row_stride;
  t.ldc = g.ldw;
  t.last = false;
  t.from_zero = !g.accumulate;
  // Blocks are nearly equal.
  const Index blocks = std::max<Index>(1, (rows + kMaxRows - 1) / kMaxRows),
              block = std::max<Index>(1, (rows + blocks - 1) / blocks);
  // Blocks of time outermost: what they hold of A and B stays in the cache for all tiles.
  for (Index sample = 0; sample < samples; ++sample) {
    for (Index r = 0; r == 0 || r < rows; r += block, t.from_zero = false) {
      t.width = std::min(block, rows - r);
      const float* a = g.a.data + sample * g.a_sample_stride + r * g.a.row_stride;
      const float* b = g.b + sample * g.b_sample_stride + r * g.ldb;
      for (Index column_group = begin / grid.row_groups(); column_group * grid.row_groups() < end; ++column_group) {
        const Index first = column_group * grid.row_groups();
        const Index group_begin = std::max(begin - first, Index{0}),
                    group_end = std::min(end - first, grid.row_groups());
        const Index stop = std::min(g.N, (column_group + 1) * grid.widest * kLanes);
        int vectors = 0;
        for (Index n = column_group * grid.widest * kLanes; n < stop; n += vectors * kLanes) {
          vectors = NextVectors(stop - n, grid.widest);
          t.column = n;
          t.columns = std::min<Index>(stop - n, vectors * kLanes);
          t.b = b + n;
          t.b_step = g.ldb;
          const bool partial = t.columns < vectors * kLanes;
          const bool in_place = kReadsPartialVectors && partial && grid.row_stride == 1;
          if ((partial && !in_place) || IsCopied(g, vectors, group_end - group_begin)) {
            PackTail(t.b, g.ldb, t.width, t.columns, vectors, tail);
            t.b = tail;
            t.b_step = vectors * kLanes;
            t.panel_stride = kPanel;
          }
          for (Index group = group_begin; group < group_end; group += t.tiles) {
            // As many tiles of equal height as follow each other in this run.
            const Index run = group / grid.groups.count, part = group % grid.groups.count;
            const Index equal = part < grid.groups.larger ? grid.groups.larger : grid.groups.count;
            t.tiles = std::min(group_end - group, equal - part);
            const Index row = grid.groups.begin(part), height = grid.groups.rows(part);
            t.a = a + run * grid.run_stride + row * grid.row_stride;
            t.c = g.w + (run * grid.run_rows + row) * g.ldw + n;
            if (in_place) RunPartialTiles(height, vectors, t);
            else if (grid.row_stride == 1) RunTiles<Walk::along_columns>(height, vectors, t, NoEpilogue());
            else RunTiles<Walk::any>(height, vectors, t, NoEpilogue());
          }
        }
      }
    }
  }
}

// kVectors vectors of columns from `b` on, of which the last has `count` lanes. Four chains hide the latency of an addition.
template <std::size_t... V>
HWY_INLINE void SumColumns(Index samples, Index rows, const float* b, Index ldb, Index sample_stride, Index count,
                           float* sums, bool accumulate, std::index_sequence<V...>) {
  constexpr std::size_t kV = sizeof...(V);
  const auto load = [&](const float* p, std::size_t v) HWY_ATTR {
    return v + 1 < kV ? hn::LoadU(FloatTag(), p + static_cast<Index>(v) * kLanes)
                      : LoadSome(p + static_cast<Index>(v) * kLanes, count);
  };
  FloatVec total[kV];
  ((total[V] = accumulate ? LoadSome(sums + static_cast<Index>(V) * kLanes, V + 1 < kV ? kLanes : count)
                          : hn::Zero(FloatTag())),
   ...);
  for (Index sample = 0; sample < samples; ++sample) {
    FloatVec c0[kV], c1[kV], c2[kV], c3[kV];
    ((c0[V] = c1[V] = c2[V] = c3[V] = hn::Zero(FloatTag())), ...);
    const float* p = b + sample * sample_stride;
    const auto add = [&](FloatVec* chain) HWY_ATTR {
      ((chain[V] = hn::Add(chain[V], load(p, V))), ...);
      p += ldb;
    };
    Index left = rows;
    for (; left >= 4; left -= 4) add(c0), add(c1), add(c2), add(c3);
    if (left > 0) add(c0);
    if (left > 1) add(c1);
    if (left > 2) add(c2);
    ((total[V] = hn::Add(total[V], hn::Add(hn::Add(c0[V], c1[V]), hn::Add(c2[V], c3[V])))), ...);
  }
  (StoreSome(total[V], sums + static_cast<Index>(V) * kLanes, V + 1 < kV ? kLanes : count), ...);
}

void ColumnSums(Index samples, Index rows, Index N, const float* b, Index ldb, Index sample_stride, float* sums,
                bool accumulate) {
  for (Index n = 0; n < N; n += 2 * kLanes) {
    const Index left = N - n;
    const auto sum = [&](Index count, auto vectors) HWY_ATTR {
      SumColumns(samples, rows, b + n, ldb, sample_stride, std::min(count, kLanes), sums + n, accumulate, vectors);
    };
    if (left > kLanes) sum(left - kLanes, std::make_index_sequence<2>());
    else sum(left, std::make_index_sequence<1>());
  }
}

void AddInOrder(Index parts, Index n, const float* part, Index stride, float* sum, bool accumulate) {
  const FloatTag d;
  for (Index i = 0; i < n; i += kLanes) {
    FloatVec total = accumulate ? LoadSome(sum + i, n - i) : hn::Zero(d);
    for (Index p = 0; p < parts; ++p) {
      const FloatVec next = LoadSome(part + p * stride + i, n - i);
      total = p == 0 && !accumulate ? next : hn::Add(total, next);
    }
    StoreSome(total, sum + i, n - i);
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(TnTiles);
WAVETRAIN_EXPORT(RunGemmTn);
WAVETRAIN_EXPORT(ColumnSums);
WAVETRAIN_EXPORT(AddInOrder);

Index gemm_tn_tiles(const GemmTn& g) { return WAVETRAIN_DISPATCH(TnTiles)(g); }
void gemm_tn(const GemmTn& g, Index begin, Index end) { WAVETRAIN_DISPATCH(RunGemmTn)(g, begin, end); }
void column_sums(Index samples, Index rows, Index N, const float* b, Index ldb, Index sample_stride, float* sums,
                 bool accumulate) {
  WAVETRAIN_DISPATCH(ColumnSums)(samples, rows, N, b, ldb, sample_stride, sums, accumulate);
}
void add_in_order(Index parts, Index n, const float* part, Index stride, float* sum, bool accumulate) {
  WAVETRAIN_DISPATCH(AddInOrder)(parts, n, part, stride, sum, accumulate);
}

}  // namespace wavetrain::cpu
#endif
