// Rows of input windows, with zeros where a window reaches beyond the input.
#pragma once

#include <algorithm>

#include "core/conv1d_shape.hpp"

namespace wavetrain::cpu {

constexpr Index floor_divide(Index a, Index b) { return a / b - (a % b < 0 ? 1 : 0); }  // b > 0
constexpr Index ceil_divide(Index a, Index b) { return -floor_divide(-a, b); }

// Output o sees the input rows first + o·step + k·tap_step, k < taps. Rows outside [0, rows) are zero. A row has
// `width` values, each of which is written `repeat` times when rows are copied.
struct Windows {
  Index rows, width;
  Index first, step;
  Index taps, tap_step;
  Index repeat = 1;

  Index field() const { return taps == 0 ? 0 : (taps - 1) * tap_step + 1; }
};

// Rows per copied piece; bounds the scratch for long inputs.
inline constexpr Index kCopiedRows = 256;

// Scratch for outputs [begin, end).
inline Index window_scratch_floats(const Windows& w, Index begin, Index end) {
  if (end <= begin) return 0;
  const bool inside = w.first + begin * w.step >= 0 && w.first + (end - 1) * w.step + w.field() <= w.rows;
  if (inside && w.repeat == 1) return 0;
  return ((std::min(kCopiedRows, end - begin) - 1) * w.step + w.field()) * w.width * w.repeat;
}

// Copies the rows that outputs [begin, end) see, zeros included.
inline void copy_windows(const Windows& w, Index begin, Index end, const float* in, float* out) {
  const Index first = w.first + begin * w.step, last = w.first + (end - 1) * w.step + w.field();
  const Index from = std::clamp(first, Index{0}, w.rows), to = std::clamp(last, from, w.rows);
  const Index row = w.width * w.repeat;
  // When nothing of the input is seen, everything is zeros in front of it.
  const Index zeros = from == to ? last - first : from - first;
  out = std::fill_n(out, zeros * row, 0.0f);
  if (from == to) return;
  if (w.repeat == 1) {
    out = std::copy_n(in + from * w.width, (to - from) * w.width, out);
  } else {
    for (Index i = from * w.width; i < to * w.width; ++i) out = std::fill_n(out, w.repeat, in[i]);
  }
  std::fill_n(out, (last - to) * row, 0.0f);
}

// Calls run(o, p, a) for ranges of outputs [o, p) that cover [begin, end) in ascending order; `a` is the first row that
// output o sees, and rows follow each other width · repeat values apart. Inner rows are taken where they lie.
template <class Run>
void for_each_window_range(const Windows& w, Index begin, Index end, const float* in, float* scratch, Run run) {
  const auto copied = [&](Index from, Index to) {
    for (Index o = from; o < to; o += kCopiedRows) {
      const Index p = std::min(to, o + kCopiedRows);
      copy_windows(w, o, p, in, scratch);
      run(o, p, static_cast<const float*>(scratch));
    }
  };
  if (w.repeat != 1) return copied(begin, end);
  Index inner = std::clamp(ceil_divide(-w.first, w.step), begin, end);
  Index outer = std::clamp(floor_divide(w.rows - w.field() - w.first, w.step) + 1, inner, end);
  if (inner > begin || outer < end) {
    // Copying is cheap against computing a tile with few rows, so pieces at the edges get enough rows for full tiles,
    // and short inputs are copied as a whole.
    constexpr Index kEdgeRows = 48;
    if (inner > begin) inner = std::max(inner, std::min(end, begin + kEdgeRows));
    if (outer < end) outer = std::min(outer, std::max(begin, end - kEdgeRows));
    if (outer - inner < 2 * kEdgeRows) return copied(begin, end);
  }
  copied(begin, inner);
  if (inner < outer) run(inner, outer, in + (w.first + inner * w.step) * w.width);
  copied(outer, end);
}

}  // namespace wavetrain::cpu
