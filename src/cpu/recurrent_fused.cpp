// The fused way: one register tile per step accumulates all gates of some rows and one vector of units (or some), then
// goes through the gates. Weights of one vector of units lie together, in the order in which the tile reads them.
#include <utility>

#include "cpu/recurrent_layout.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/recurrent_fused.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/gemm-inl.h"
#include "cpu/recurrent_cells-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Rows of a tile: as many as leave registers for one vector of weights per gate.
constexpr int CellRows(int accs) { return accs == 1 ? 12 : HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 6 : 3; }
// With one row there are too few chains to hide the latency of a multiply-add: then several vectors of units at once.
// From 64 units on such a step takes as long as the second-level cache needs for the weights (some 40 bytes per cycle);
// prefetching them while the gates are computed made it 10 % slower.
constexpr int WidePanels(int accs) { return accs == 1 ? 8 : 2; }

// A panel: kAccs vectors of bias, then for each k of C and of u the kGates vectors of weights.
template <class Cell>
Index PanelFloats(const Recurrence& r) {
  return (Cell::kAccs + (r.C + r.units) * Cell::kGates) * kLanes;
}

struct CellTile {
  const float* x;
  Index x_stride, C;
  const float* h;
  Index u;
  const float*
      start;  // of the accumulators: the bias, or what recurrent_fused_inputs has left; panels start_stride apart
  Index start_stride;
  const float* weights;  // of x, then of h; panels panel_floats apart
  Index panel_floats;
  float* now;  // rows, at the units in hand
  float* next;
  Index sample_stride, padded;
  float* y;
  const float* y_before;
  Index y_stride, units_left;
  const std::uint8_t* mask;
  Index mask_stride;
  bool zero_output;
};

// The accumulator of vector `j` of a row's kPanels · kGates vectors of weights. Those of (row, panel) follow each
// other. A constant, not a call: GCC keeps the accumulators in registers only if it knows their indices before it
// inlines.
template <class Cell, int kPanels, bool kRecurrent, std::size_t kRow, std::size_t kVector>
inline constexpr std::size_t kAccOf = (kRow * kPanels + kVector / Cell::kGates) * Cell::kAccs +
                                      static_cast<std::size_t>(kRecurrent ? Cell::RecurrentAcc(kVector % Cell::kGates)
                                                                          : kVector % Cell::kGates);

// Functions, not lambdas, which GCC inlines only where they are called once.
template <class Cell, int kPanels, bool kRecurrent, std::size_t kRow, std::size_t... J>
HWY_INLINE void MultiplyRow(FloatVec* HWY_RESTRICT acc, FloatVec value, const FloatVec* HWY_RESTRICT weights,
                            std::index_sequence<J...>) {
  ((acc[kAccOf<Cell, kPanels, kRecurrent, kRow, J>] =
        hn::MulAdd(value, weights[J], acc[kAccOf<Cell, kPanels, kRecurrent, kRow, J>])),
   ...);
}

template <class Cell, int kPanels, std::size_t... J>
HWY_INLINE void LoadWeights(FloatVec* HWY_RESTRICT weights, const float* HWY_RESTRICT panel, Index panel_floats,
                            std::index_sequence<J...>) {
  ((weights[J] = hn::LoadU(FloatTag(), panel + static_cast<Index>(J / Cell::kGates) * panel_floats +
                                           static_cast<Index>(J % Cell::kGates) * kLanes)),
   ...);
}

// acc += a (rows of K values) · weights
template <class Cell, int kPanels, bool kRecurrent, std::size_t... R>
HWY_INLINE void Multiply(FloatVec* HWY_RESTRICT acc, const float* first, Index stride, Index K,
                         const float* HWY_RESTRICT panel, Index panel_floats, std::index_sequence<R...>) {
  constexpr std::size_t kVectors = static_cast<std::size_t>(kPanels * Cell::kGates);
  constexpr auto kEachVector = std::make_index_sequence<kVectors>();
  const auto rows = RowBases<(sizeof...(R) + 2) / 3>(first, stride);
  for (Index k = 0; k < K; ++k, panel += Cell::kGates * kLanes) {
    FloatVec weights[kVectors];
    LoadWeights<Cell, kPanels>(weights, panel, panel_floats, kEachVector);
    (MultiplyRow<Cell, kPanels, kRecurrent, R>(
         acc, hn::Set(FloatTag(), rows[R / 3][static_cast<Index>(R % 3) * stride + k]), weights, kEachVector),
     ...);
  }
}

// Stores what a row puts out. Leaves a masked row's state as it is.
template <class Cell>
HWY_INLINE void StoreRow(const CellTile& t, const RowNow& at, FloatVec h, Index row, Index panel) {
  const Index column = row * t.y_stride + panel * kLanes, left = t.units_left - panel * kLanes;
  FloatVec output = h;
  if (t.mask != nullptr && t.mask[row * t.mask_stride] == 0) {
    h = at.get(Cell::kH);
    if constexpr (Cell::kC >= 0) at.put_next(Cell::kC, at.get(Cell::kC));
    output = t.y == nullptr || t.y_before == nullptr || t.zero_output ? hn::Zero(FloatTag())
                                                                      : LoadSome(t.y_before + column, left);
  }
  at.put_next(Cell::kH, h);
  if (t.y != nullptr) StoreSome(output, t.y + column, left);
}

template <class Cell, int kRows, int kPanels, bool kSave>
HWY_INLINE void FinishTile(const CellTile& t, const FloatVec* acc) {
  constexpr int kCount = kRows * kPanels;
  RowNow at[kCount];
  FloatVec h[kCount];
  ForEach<kCount>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    const Index offset = static_cast<Index>(n / kPanels) * t.sample_stride + static_cast<Index>(n % kPanels) * kLanes;
    at[n] = {t.now + offset, t.next + offset, t.padded};
  });
  Cell::template Finish<kSave, kCount>(acc, at, h);
  ForEach<kCount>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    StoreRow<Cell>(t, at[n], h[n], static_cast<Index>(n / kPanels), static_cast<Index>(n % kPanels));
  });
}

template <class Cell, int kRows, int kPanels, bool kSave, std::size_t... I>
HWY_INLINE void RunCellTileImpl(const CellTile& t, std::index_sequence<I...>) {
  constexpr std::size_t kAccs = static_cast<std::size_t>(Cell::kAccs), kP = static_cast<std::size_t>(kPanels);
  constexpr auto kEachRow = std::make_index_sequence<static_cast<std::size_t>(kRows)>();
  FloatVec acc[kRows * kPanels * Cell::kAccs];
  ((acc[I] = hn::LoadU(FloatTag(), t.start + static_cast<Index>(I / kAccs % kP) * t.start_stride +
                                       static_cast<Index>(I % kAccs) * kLanes)),
   ...);
  const float* weights = t.weights;
  Multiply<Cell, kPanels, false>(acc, t.x, t.x_stride, t.C, weights, t.panel_floats, kEachRow);
  weights += t.C * Cell::kGates * kLanes;
  Multiply<Cell, kPanels, true>(acc, t.h, t.sample_stride, t.u, weights, t.panel_floats, kEachRow);
  FinishTile<Cell, kRows, kPanels, kSave>(t, acc);
}

template <class Cell, int kRows, int kPanels, bool kSave>
HWY_NOINLINE void RunCellTile(const CellTile& t) {
  RunCellTileImpl<Cell, kRows, kPanels, kSave>(
      t, std::make_index_sequence<static_cast<std::size_t>(kRows * kPanels * Cell::kAccs)>());
}

template <class Cell, bool kSave, int kRows = CellRows(Cell::kAccs)>
HWY_INLINE void RunCellTile(int rows, int panels, const CellTile& t) {
  if (rows < kRows) {
    if constexpr (kRows > 1) RunCellTile<Cell, kSave, kRows - 1>(rows, panels, t);
  } else if constexpr (kRows == 1) {
    if (panels > 1) RunCellTile<Cell, 1, WidePanels(Cell::kAccs), kSave>(t);
    else RunCellTile<Cell, 1, 1, kSave>(t);
  } else {
    RunCellTile<Cell, kRows, 1, kSave>(t);
  }
}

template <class Cell, bool kSave>
HWY_INLINE void RunStep(const RecurrentCall& call, const RecurrentStep& s) {
  const Recurrence& r = call.r;
  constexpr Index kMaxRows = CellRows(Cell::kAccs);
  const Index samples = call.samples(), tiles = (samples + kMaxRows - 1) / kMaxRows;
  const Index all_panels = call.layout.padded / kLanes;
  CellTile t;
  const Index start_floats = Cell::kAccs * kLanes;
  t.x_stride = r.T * r.C, t.C = s.start == nullptr ? r.C : 0, t.u = r.units;
  t.panel_floats = PanelFloats<Cell>(r);
  t.sample_stride = s.sample_stride, t.padded = call.layout.padded;
  t.y_stride = s.y_stride, t.mask_stride = r.T, t.zero_output = r.zero_output_for_mask;
  constexpr Index kWide = WidePanels(Cell::kAccs);
  // Panels outermost: one stays in the first-level cache while the rows pass by.
  for (Index done = 0, panels; done < all_panels; done += panels) {
    const bool wide_left = s.downwards ? done >= all_panels % kWide : done + kWide <= all_panels;
    panels = samples == 1 && wide_left ? kWide : 1;
    const Index panel = s.downwards ? all_panels - done - panels : done;
    const Index unit = panel * kLanes;
    const float* const weights = call.packed + panel * t.panel_floats;
    t.start = s.start == nullptr ? weights : s.start + panel * start_floats;
    t.start_stride = s.start == nullptr ? t.panel_floats : start_floats;
    t.weights = weights + start_floats + (r.C - t.C) * Cell::kGates * kLanes;
    t.units_left = r.units - unit;
    for (Index i = 0; i < tiles; ++i) {
      const Index row = samples * i / tiles;  // tiles of nearly equal height
      t.x = s.x + row * t.x_stride;
      t.h = s.now + row * s.sample_stride + Cell::kH * t.padded;
      t.now = s.now + row * s.sample_stride + unit;
      t.next = s.next + row * s.sample_stride + unit;
      t.y = s.y == nullptr ? nullptr : s.y + row * s.y_stride + unit;
      t.y_before = s.y_before == nullptr ? nullptr : s.y_before + row * s.y_stride + unit;
      t.mask = s.mask == nullptr ? nullptr : s.mask + row * r.T;
      RunCellTile<Cell, kSave>(static_cast<int>(samples * (i + 1) / tiles - row), static_cast<int>(panels), t);
    }
  }
}

template <class Cell, int kRows, std::size_t... I>
HWY_INLINE void RunInputTileImpl(const float* x, Index x_stride, Index C, const float* panel, float* start,
                                 Index start_stride, std::index_sequence<I...>) {
  constexpr std::size_t kAccs = static_cast<std::size_t>(Cell::kAccs);
  FloatVec acc[kRows * Cell::kAccs];
  ((acc[I] = hn::LoadU(FloatTag(), panel + static_cast<Index>(I % kAccs) * kLanes)), ...);
  Multiply<Cell, 1, false>(acc, x, x_stride, C, panel + Cell::kAccs * kLanes, 0,
                           std::make_index_sequence<static_cast<std::size_t>(kRows)>());
  (hn::StoreU(acc[I], FloatTag(),
              start + static_cast<Index>(I / kAccs) * start_stride + static_cast<Index>(I % kAccs) * kLanes),
   ...);
}
template <class Cell, int kRows>
HWY_NOINLINE void RunInputTile(const float* x, Index x_stride, Index C, const float* panel, float* start,
                               Index start_stride) {
  RunInputTileImpl<Cell, kRows>(x, x_stride, C, panel, start, start_stride,
                                std::make_index_sequence<static_cast<std::size_t>(kRows * Cell::kAccs)>());
}

template <class Cell>
HWY_INLINE void RunInputs(const RecurrentCall& call, const float* x, Index x_stride, Index steps, float* start) {
  constexpr int kRows = CellRows(Cell::kAccs);
  const Index panels = call.layout.padded / kLanes, start_stride = panels * Cell::kAccs * kLanes;
  for (Index panel = 0; panel < panels; ++panel, start += Cell::kAccs * kLanes) {
    const float* const weights = call.packed + panel * PanelFloats<Cell>(call.r);
    Index s = 0;
    for (; s + kRows <= steps; s += kRows) {
      RunInputTile<Cell, kRows>(x + s * x_stride, x_stride, call.r.C, weights, start + s * start_stride, start_stride);
    }
    for (; s < steps; ++s) {
      RunInputTile<Cell, 1>(x + s * x_stride, x_stride, call.r.C, weights, start + s * start_stride, start_stride);
    }
  }
}

void FusedInputs(const RecurrentCall& call, const float* x, Index x_stride, Index steps, float* start) {
  if (call.r.cell == Cell::lstm) RunInputs<LstmCell>(call, x, x_stride, steps, start);
  else if (call.r.cell == Cell::gru) RunInputs<GruCell>(call, x, x_stride, steps, start);
  else RunInputs<SimpleCell>(call, x, x_stride, steps, start);
}

Index FusedStartFloats(const Recurrence& r, const RecurrentLayout& layout) {
  return layout.padded * (r.cell == Cell::simple_rnn ? SimpleCell::kAccs : LstmCell::kAccs);
}

void FusedStep(const RecurrentCall& call, const RecurrentStep& s) {
  const auto run = [&]<class Cell>(Cell) HWY_ATTR {
    if (s.save) RunStep<Cell, true>(call, s);
    else RunStep<Cell, false>(call, s);
  };
  if (call.r.cell == Cell::lstm) run(LstmCell());
  else if (call.r.cell == Cell::gru) run(GruCell());
  else run(SimpleCell());
}

// N vectors of units of one row, from unit j on.
template <class Cell, int N>
HWY_INLINE void RowBackward(const RecurrentCall& call, const RecurrentBackStep& s, Index sample, bool masked, Index j) {
  const FloatTag d;
  const Recurrence& r = call.r;
  const Index padded = call.layout.padded;
  RowNow rows[N];
  StateGradient state[N];
  float* const dh = s.dh + sample * padded + j;
  float* const dc = s.dc + sample * padded + j;
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    const Index at = static_cast<Index>(n) * kLanes, left = r.units - j - at;
    rows[n] = {s.row + sample * s.sample_stride + j + at, nullptr, padded};
    // The row before it comes from memory, in time if asked for now.
    for (int slot = 0; slot < Cell::kSlots; ++slot) __builtin_prefetch(rows[n].now - call.layout.row + slot * padded);
    FloatVec dy = s.dy == nullptr ? hn::Zero(d) : LoadSome(s.dy + sample * s.dy_stride + j + at, left);
    if (s.mask != nullptr) {
      float* const repeated = s.repeated_dy + sample * padded + j + at;
      dy = hn::Add(dy, hn::LoadU(d, repeated));
      hn::StoreU(masked && !r.zero_output_for_mask ? dy : hn::Zero(d), d, repeated);
    }
    state[n].h = hn::Add(hn::LoadU(d, dh + at), dy);
    if constexpr (Cell::kC >= 0) state[n].c = hn::LoadU(d, dc + at);
  });
  if (masked) {
    ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
      for (int slot = 0; slot < Cell::kGradientSlots; ++slot) rows[n].put(slot, hn::Zero(d));
    });
    return;
  }
  Cell::template Backward<N>(state, rows);
  ForEach<N>([&](auto n) WAVETRAIN_INLINE_LAMBDA {
    const Index at = static_cast<Index>(n) * kLanes;
    hn::StoreU(state[n].h, d, dh + at);
    if constexpr (Cell::kC >= 0) hn::StoreU(state[n].c, d, dc + at);
  });
}

template <class Cell>
HWY_INLINE void RunGatesBackward(const RecurrentCall& call, const RecurrentBackStep& s) {
  constexpr int kGroup = 4;
  for (Index sample = 0; sample < call.samples(); ++sample) {
    const bool masked = s.mask != nullptr && s.mask[sample * call.r.T] == 0;
    Index j = 0;
    for (; j + kGroup * kLanes <= call.layout.padded; j += kGroup * kLanes)
      RowBackward<Cell, kGroup>(call, s, sample, masked, j);
    for (; j < call.layout.padded; j += kLanes) RowBackward<Cell, 1>(call, s, sample, masked, j);
  }
}

void FusedGatesBackward(const RecurrentCall& call, const RecurrentBackStep& s) {
  if (call.r.cell == Cell::lstm) RunGatesBackward<LstmCell>(call, s);
  else if (call.r.cell == Cell::gru) RunGatesBackward<GruCell>(call, s);
  else RunGatesBackward<SimpleCell>(call, s);
}

Index Lanes() { return kLanes; }

Index FusedPackedFloats(const Recurrence& r, const RecurrentLayout& layout) {
  const Index panel = r.cell == Cell::lstm  ? PanelFloats<LstmCell>(r)
                      : r.cell == Cell::gru ? PanelFloats<GruCell>(r)
                                            : PanelFloats<SimpleCell>(r);
  return layout.padded / kLanes * panel;
}

void FusedPack(const Recurrence& r, const RecurrentLayout& layout, const RecurrentWeights<float>& w, float* packed) {
  const Index u = r.units, G = r.gates();
  const FloatTag d;
  // Row `from` (u), or none, from unit `unit` on.
  const auto put = [&](const float* from, Index unit) HWY_ATTR {
    hn::StoreU(from == nullptr ? hn::Zero(d) : LoadSome(from + unit, u - unit), d, packed);
    packed += kLanes;
  };
  for (Index unit = 0; unit < layout.padded; unit += kLanes) {
    for (Index g = 0; g < G; ++g) {
      put(w.bias == nullptr ? nullptr : w.bias + g * u, unit);
      // Gates that add up what comes from x and from h have one bias.
      if (w.bias != nullptr && r.has_two_biases() && g < 2)
        hn::StoreU(hn::Add(hn::LoadU(d, packed - kLanes), LoadSome(w.bias + (G + g) * u + unit, u - unit)), d,
                   packed - kLanes);
    }
    if (r.cell == Cell::gru) put(w.bias == nullptr ? nullptr : w.bias + (G + 2) * u, unit);
    for (Index k = 0; k < r.C; ++k)
      for (Index g = 0; g < G; ++g) put(w.kernel + (k * G + g) * u, unit);
    for (Index k = 0; k < u; ++k)
      for (Index g = 0; g < G; ++g) put(w.recurrent_kernel + (k * G + g) * u, unit);
  }
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Lanes);
WAVETRAIN_EXPORT(FusedStep);
WAVETRAIN_EXPORT(FusedInputs);
WAVETRAIN_EXPORT(FusedStartFloats);
WAVETRAIN_EXPORT(FusedGatesBackward);
WAVETRAIN_EXPORT(FusedPackedFloats);
WAVETRAIN_EXPORT(FusedPack);

Index recurrent_lanes() { return WAVETRAIN_DISPATCH(Lanes)(); }
void recurrent_fused_step(const RecurrentCall& call, const RecurrentStep& step) {
  WAVETRAIN_DISPATCH(FusedStep)(call, step);
}
Index recurrent_fused_start_floats(const Recurrence& r, const RecurrentLayout& layout) {
  return WAVETRAIN_DISPATCH(FusedStartFloats)(r, layout);
}
void recurrent_fused_inputs(const RecurrentCall& call, const float* x, Index x_stride, Index steps, float* start) {
  WAVETRAIN_DISPATCH(FusedInputs)(call, x, x_stride, steps, start);
}
void recurrent_fused_gates_backward(const RecurrentCall& call, const RecurrentBackStep& step) {
  WAVETRAIN_DISPATCH(FusedGatesBackward)(call, step);
}
Index recurrent_fused_packed_floats(const Recurrence& r, const RecurrentLayout& layout) {
  return WAVETRAIN_DISPATCH(FusedPackedFloats)(r, layout);
}
void recurrent_fused_pack(const Recurrence& r, const RecurrentLayout& layout, const RecurrentWeights<float>& weights,
                          float* packed) {
  WAVETRAIN_DISPATCH(FusedPack)(r, layout, weights, packed);
}

}  // namespace wavetrain::cpu
#endif
