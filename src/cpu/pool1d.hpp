// Max and average pooling along time, forward and backward: Keras' MaxPooling1D, AveragePooling1D, GlobalMaxPooling1D
// and GlobalAveragePooling1D (3.15.1), channels last.
//
// A sample is x (T, C) and y (steps(), C); calls take `samples` of them back to back. Steps of padding exist only as
// counts: they never win a maximum and do not count in an average. Backward overwrites dx. Samples are independent, so
// splitting a call over them changes no bits. Nothing allocates or throws.
//
// NaN goes through to y in both kinds (as in Keras on JAX; on TensorFlow a maximum skips it). A window that lies wholly
// in padding gives -inf and 0.
//
// Where x is what relu gave, the backward pass can apply relu's derivative to dx as well (`relu`, or with x as `relu_x`): dx is
// then 0 where x is not above 0.
#pragma once

#include <algorithm>
#include <cstdint>

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// Requires stride > 0, pool > 0.
struct Pool1D {
  Index T = 0;
  Index C = 0;
  Index pool = 2;
  Index stride = 2;
  Index pad_left = 0;
  Index pad_right = 0;

  // floor((T + pad_left + pad_right - pool) / stride) + 1, or 0 when no window fits.
  Index steps() const {
    const Index span = T + pad_left + pad_right - pool;
    return span < 0 ? 0 : span / stride + 1;
  }
  // Real steps [first, last) of window t.
  Index first(Index t) const { return std::clamp<Index>(t * stride - pad_left, 0, T); }
  Index last(Index t) const { return std::clamp<Index>(t * stride - pad_left + pool, first(t), T); }
};

void max_pool_forward(const Pool1D& pool, Index samples, const float* x, float* y);
// The gradient goes to the first maximum of a window.
void max_pool_backward(const Pool1D& pool, Index samples, const float* x, const float* y, const float* dy, float* dx,
                       bool relu = false);

void average_pool_forward(const Pool1D& pool, Index samples, const float* x, float* y);
void average_pool_backward(const Pool1D& pool, Index samples, const float* dy, float* dx,
                           const float* relu_x = nullptr);

// x (samples, T, C) → y (samples, C).
void global_max_forward(Index samples, Index T, Index C, const float* x, float* y);
// Equal maxima share the gradient equally; all of dx is NaN where y is.
void global_max_backward(Index samples, Index T, Index C, const float* x, const float* y, const float* dy, float* dx,
                         bool relu = false);

// y = sum of the kept steps / their number; 0/0 is NaN. mask (samples, T) says which are kept; null keeps all. Steps
// that are not kept are not read (Keras multiplies them by 0, so that a NaN there would stay).
void global_average_forward(Index samples, Index T, Index C, const float* x, const std::uint8_t* mask, float* y);
void global_average_backward(Index samples, Index T, Index C, const std::uint8_t* mask, const float* dy, float* dx,
                             const float* relu_x = nullptr);

}  // namespace wavetrain::cpu
