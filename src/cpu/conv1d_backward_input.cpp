// The input gradient dx[i] = sum over k of dy[(i + pad_left - k·dilation) / stride] · w[k]^T, where that division is
// exact.
//
// With q = i + pad_left = p + stride·u, the taps that meet phase p are those with k·dilation ≡ p (mod stride): every
// (stride/g)-th from some k0 on, g = gcd(stride, dilation). For them dy's row is u + (p - k0·dilation)/stride -
// m·dilation/g, m = 0, 1, …: so each phase is a convolution of stride 1 over dy, with taps in reverse, that writes
// every stride-th row.
#include <numeric>

#include "cpu/activation.hpp"
#include "cpu/conv1d.hpp"
#include "cpu/conv1d_windows.hpp"
#include "cpu/depthwise.hpp"

namespace wavetrain::cpu {
namespace {

// Rows of a depthwise gradient that are computed per filter before they are added up per channel.
constexpr Index kFilterRows = 64;

struct Phase {
  Index taps;      // that meet this phase
  Index last_tap;  // the highest of them, which meets the first row of dy
  Index tap_gap;   // from tap to tap
  Windows windows;
};

Phase make_phase(const Conv1DShape& s, Index p) {
  const Index divisor = std::gcd(s.stride, s.dilation), gap = s.stride / divisor;
  Index first_tap = 0;
  while (first_tap < gap && first_tap * s.dilation % s.stride != p) ++first_tap;
  const Index taps = first_tap == gap || first_tap >= s.K ? 0 : (s.K - 1 - first_tap) / gap + 1;
  const Index tap_rows = s.dilation / divisor;
  return {.taps = taps,
          .last_tap = first_tap + (taps - 1) * gap,
          .tap_gap = gap,
          .windows = {.rows = s.output_length(),
                      .width = s.F,
                      .first = floor_divide(p - first_tap * s.dilation, s.stride) - (taps - 1) * tap_rows,
                      .step = 1,
                      .taps = taps,
                      .tap_step = tap_rows}};
}

// The first u of phase p whose input row is `row` or later.
Index first_step(const Conv1DShape& s, Index p, Index row) { return ceil_divide(row + s.pad_left - p, s.stride); }

void sum_filters(const Conv1DShape& s, Index rows, const float* filters, float* dx, bool accumulate) {
  const Index multiplier = s.F / s.C;
  for (Index r = 0; r < rows; ++r, dx += s.stride * s.C) {
    for (Index c = 0; c < s.C; ++c) {
      float sum = accumulate ? dx[c] : 0.0f;
      for (Index i = 0; i < multiplier; ++i) sum += *filters++;
      dx[c] = sum;
    }
  }
}

}  // namespace

Index conv1d_backward_packed_floats(const Conv1DShape& s) {
  if (s.depthwise()) return 0;
  Index floats = 0;
  for (Index p = 0; p < s.stride; ++p)
    floats += packed_floats(make_phase(s, p).taps * (s.F / s.groups), s.C / s.groups);
  return floats * s.groups;
}

void conv1d_pack_backward(const Conv1DShape& s, const float* weights, float* packed) {
  if (s.depthwise()) return;
  const Index C = s.C / s.groups, F = s.F / s.groups;  // of one group
  for (Index p = 0; p < s.stride; ++p) {
    const Phase phase = make_phase(s, p);
    if (phase.taps == 0) continue;
    for (Index group = 0; group < s.groups; ++group) {
      pack_b({.b = weights + phase.last_tap * C * s.F + group * F,
              .taps = phase.taps,
              .width = F,
              .N = C,
              .tap_stride = -phase.tap_gap * C * s.F,
              .k_stride = 1,
              .n_stride = s.F},
             packed);
      packed += packed_floats(phase.taps * F, C);
    }
  }
}

Index conv1d_backward_input_scratch_floats(const Conv1DShape& s) {
  Index floats = 0;
  for (Index p = 0; p < s.stride; ++p) {
    const Windows w = make_phase(s, p).windows;
    floats = std::max(floats, window_scratch_floats(w, first_step(s, p, 0), first_step(s, p, s.T)));
  }
  return floats + (s.depthwise() && s.F != s.C ? kFilterRows * s.F : 0);
}

void conv1d_backward_input_rows(const Conv1DShape& s, const float* weights, const float* packed, const float* dy,
                                float* dx, Index begin, Index end, bool accumulate, float* scratch,
                                const Conv1DTransposed& after) {
  const Index C = s.C / s.groups, F = s.F / s.groups;  // of one group
  const bool sums_filters = s.depthwise() && s.F != s.C;
  float* const filters = scratch;
  if (sums_filters) scratch += kFilterRows * s.F;
  for (Index p = 0; p < s.stride; ++p) {
    const Phase phase = make_phase(s, p);
    const Index first = first_step(s, p, begin), last = first_step(s, p, end);
    const auto place = [&](Index u) { return (s.stride * u + p - s.pad_left) * s.C; };
    const auto row_of = [&](Index u) { return dx + place(u); };
    if (phase.taps == 0) {
      for (Index u = first; u < last && !accumulate; ++u) {
        for (Index c = 0; c < s.C; ++c) {
          const float value = after.bias == nullptr ? 0.0f : after.bias[c];
          row_of(u)[c] = after.activation == Activation::relu && value < 0.0f ? 0.0f : value;
        }
      }
      continue;
    }
    const Index tap_stride = phase.windows.tap_step * s.F;
    for_each_window_range(phase.windows, first, last, dy, scratch, [&](Index u, Index v, const float* a) {
      if (s.depthwise()) {
        Depthwise d{.F = s.F,
                    .taps = phase.taps,
                    .row_stride = s.F,
                    .tap_stride = tap_stride,
                    .w = weights + phase.last_tap * s.F,
                    .w_stride = -phase.tap_gap * s.F};
        if (!sums_filters) {
          d.M = v - u, d.a = a, d.c = row_of(u), d.ldc = s.stride * s.C, d.accumulate = accumulate;
          depthwise(d);
          return;
        }
        for (Index from = u; from < v; from += kFilterRows) {
          d.M = std::min(kFilterRows, v - from), d.a = a + (from - u) * s.F, d.c = filters, d.ldc = s.F;
          depthwise(d);
          sum_filters(s, d.M, filters, row_of(from), accumulate);
        }
        return;
      }
      for (Index group = 0; group < s.groups; ++group) {
        gemm({.M = v - u,
              .N = C,
              .a = {a + group * F, s.F, F, phase.taps, tap_stride},
              .b = packed + group * packed_floats(phase.taps * F, C),
              .packed = true,
              .c = row_of(u) + group * C,
              .ldc = s.stride * s.C,
              .bias = after.bias == nullptr ? nullptr : after.bias + group * C,
              .activation = after.activation,
              .accumulate = accumulate,
              .gate = after.gate.from(place(u) + group * C)});
      }
    });
    packed += s.depthwise() ? 0 : s.groups * packed_floats(phase.taps * F, C);
  }
  if (s.depthwise() && after.gate) {
    float* const rows = dx + begin * s.C;
    relu_backward((end - begin) * s.C, after.gate.y + begin * s.C, after.gate.scale, rows, rows);
  }
}

void conv1d_backward_input(const Conv1DShape& s, const float* weights, const float* packed, Index samples,
                           const float* dy, float* dx, bool accumulate, float* scratch, const Conv1DTransposed& after) {
  Conv1DTransposed one = after;
  for (Index i = 0; i < samples; ++i) {
    one.gate = after.gate.from(i * s.T * s.C);
    conv1d_backward_input_rows(s, weights, packed, dy + i * s.output_length() * s.F, dx + i * s.T * s.C, 0, s.T,
                               accumulate, scratch, one);
  }
}

}  // namespace wavetrain::cpu
