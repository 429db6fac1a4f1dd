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

// Output rows [o, p) of all groups; `a` is the first row that o sees.
void run_groups(const Conv1DShape& s, const Conv1DForward& f, Index samples, const float* a, float* y, Index o,
                Index p) {
  const Index C = s.C / s.groups, F = s.F / s.groups;  // of one group
  for (Index group = 0; group < s.groups; ++group) {
    const Index first = o * s.F + group * F;
    gemm({.M = p - o,
          .N = F,
          .a = {a + group * C, s.stride * s.C, C, s.K, s.dilation * s.C},
          .b = f.weights + (f.packed ? group * packed_floats(s.K * C, F) : group * F),
          .ldb = s.F,
          .packed = f.packed,
          .c = y + first,
          .ldc = s.F,
          .bias = f.bias == nullptr ? nullptr : f.bias + group * F,
          .activation = f.activation,
          .norm = f.norm.from(group * F),
          .gate = f.gate.from(first),
          .eight_chains = F == 1,
          .samples = samples,
          .a_sample_stride = s.T * s.C,
          .c_sample_stride = s.output_length() * s.F});
  }
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
    run_groups(s, f, 1, a, y, o, p);
  });
}

void conv1d_forward(const Conv1DShape& s, const Conv1DForward& f, Index samples, const float* x, float* y,
                    float* scratch) {
  const Index output_length = s.output_length();
  if (s.pad_left == 0 && s.pad_right == 0 && !s.depthwise()) return run_groups(s, f, samples, x, y, 0, output_length);
  Conv1DForward one = f;
  for (Index i = 0; i < samples; ++i) {
    one.gate = f.gate.from(i * output_length * s.F);
    conv1d_forward_rows(s, one, x + i * s.T * s.C, y + i * output_length * s.F, 0, output_length, scratch);
  }
}

}  // namespace wavetrain::cpu
