#include "cpu/conv1d.hpp"
#include "cpu/conv1d_windows.hpp"
#include "cpu/depthwise.hpp"

namespace wavetrain::cpu {
namespace {

Windows windows(const Conv1DShape& s) {
  return {.rows = s.T,
          .width = s.C,
          .first = -s.pad_left,
          .step = s.stride,
          .taps = s.K,
          .tap_step = s.dilation,
          .repeat = s.depthwise() ? s.F / s.C : 1};
}

}  // namespace

Index conv1d_packed_floats(const Conv1DShape& s) {
  if (s.depthwise()) return s.weights();
  return s.groups * packed_floats(s.K * (s.C / s.groups), s.F / s.groups);
}

void conv1d_pack(const Conv1DShape& s, const float* weights, float* packed) {
  if (s.depthwise()) {
    std::copy_n(weights, s.weights(), packed);
    return;
  }
  const Index K = s.K * (s.C / s.groups), F = s.F / s.groups;
  for (Index group = 0; group < s.groups; ++group) {
    pack_b(K, F, weights + group * F, s.F, packed + group * packed_floats(K, F));
  }
}

Index conv1d_forward_scratch_floats(const Conv1DShape& s) {
  return window_scratch_floats(windows(s), 0, s.output_length());
}

void conv1d_forward_rows(const Conv1DShape& s, const Conv1DForward& f, const float* x, float* y, Index begin, Index end,
                         float* scratch) {
  const Index C = s.C / s.groups, F = s.F / s.groups;  // of one group
  for_each_window_range(windows(s), begin, end, x, scratch, [&](Index o, Index p, const float* a) {
    if (s.depthwise()) {
      depthwise({.M = p - o,
                 .F = s.F,
                 .taps = s.K,
                 .a = a,
                 .row_stride = s.stride * s.F,
                 .tap_stride = s.dilation * s.F,
                 .w = f.weights,
                 .w_stride = s.F,
                 .c = y + o * s.F,
                 .ldc = s.F,
                 .bias = f.bias,
                 .activation = f.activation});
      return;
    }
    for (Index group = 0; group < s.groups; ++group) {
      gemm({.M = p - o,
            .N = F,
            .a = {a + group * C, s.stride * s.C, C, s.K, s.dilation * s.C},
            .b = f.weights + (f.packed ? group * packed_floats(s.K * C, F) : group * F),
            .ldb = s.F,
            .packed = f.packed,
            .c = y + o * s.F + group * F,
            .ldc = s.F,
            .bias = f.bias == nullptr ? nullptr : f.bias + group * F,
            .activation = f.activation,
            .norm = f.norm.from(group * F)});
    }
  });
}

void conv1d_forward(const Conv1DShape& s, const Conv1DForward& f, Index samples, const float* x, float* y,
                    float* scratch) {
  const Index output_length = s.output_length();
  for (Index i = 0; i < samples; ++i) {
    conv1d_forward_rows(s, f, x + i * s.T * s.C, y + i * output_length * s.F, 0, output_length, scratch);
  }
}

}  // namespace wavetrain::cpu
