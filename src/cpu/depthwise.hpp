// Products of equal channels: the inside of depthwise convolutions. Vectors run along the channels.
#pragma once

#include "cpu/gemm.hpp"

namespace wavetrain::cpu {

// c[m, f] = activation(sum over k of a[m·row_stride + k·tap_stride + f] · w[k·w_stride + f] + bias[f]), one ascending
// chain over k; with `accumulate` it starts from c.
struct Depthwise {
  Index M = 0, F = 0, taps = 0;
  const float* a = nullptr;
  Index row_stride = 0, tap_stride = 0;
  const float* w = nullptr;
  Index w_stride = 0;  // may be negative
  float* c = nullptr;
  Index ldc = 0;
  const float* bias = nullptr;
  Activation activation = Activation::linear;
  bool accumulate = false;
};
void depthwise(const Depthwise& d);

// dw[k·F + f] = sum over m of a[m·row_stride + k·tap_stride + f] · dy[m·F + f], one ascending chain over m, for the
// taps in [begin, end); with `accumulate` it starts from dw.
void depthwise_tn(Index M, Index F, const float* a, Index row_stride, Index tap_stride, const float* dy, float* dw,
                  Index begin, Index end, bool accumulate);

}  // namespace wavetrain::cpu
