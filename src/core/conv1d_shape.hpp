// The sizes of a one-dimensional convolution, shared by the reference and the fast kernels.
#pragma once

#include <algorithm>

#include "wavetrain/shape.hpp"

namespace wavetrain {

// Input (T, C), kernel (K, C/groups, F), output (output_length(), F), all row-major, for each sample. Output o, filter
// f of group g = f / (F/groups) sees input times o·stride - pad_left + k·dilation, channels g·C/groups and following.
// Padding is given as counts of zeros, so that `valid` (none), `same` and `causal` ((K-1)·dilation on the left) are all
// covered. C and F must be multiples of `groups`.
struct Conv1DShape {
  Index T = 0, C = 1, F = 1, K = 1;
  Index stride = 1, dilation = 1, groups = 1;
  Index pad_left = 0, pad_right = 0;

  // Input steps that one output sees, first to last.
  Index receptive_field() const { return (K - 1) * dilation + 1; }
  Index padded_length() const { return pad_left + T + pad_right; }
  // 0 when even the padded input is shorter than the receptive field.
  Index output_length() const {
    return padded_length() < receptive_field() ? 0 : (padded_length() - receptive_field()) / stride + 1;
  }
  // One input channel per group: no sums over channels.
  bool depthwise() const { return groups > 1 && C == groups; }
  Index weights() const { return K * (C / groups) * F; }
};

}  // namespace wavetrain
