// Pooling along time in plain loops, forward and backward side by side; contracts as in cpu/pool1d.hpp, except that
// gradients are added to what dx holds. T is double or float.
#pragma once

#include <cstdint>

#include "wavetrain/shape.hpp"

namespace wavetrain::reference {

// Steps and channels of a sample, and the window. S = floor((L + pad_left + pad_right - pool) / stride) + 1.
struct PoolShape {
  Index N, L, C, pool, stride, pad_left, pad_right;
  Index steps() const;
};

template <class T>
void max_pool_forward(T* y, const T* x, const PoolShape& shape);
template <class T>
void max_pool_backward(T* dx, const T* dy, const T* x, const PoolShape& shape);
template <class T>
void average_pool_forward(T* y, const T* x, const PoolShape& shape);
template <class T>
void average_pool_backward(T* dx, const T* dy, const PoolShape& shape);

// x (N, L, C) → y (N, C); mask (N, L) or null.
template <class T>
void global_max_forward(T* y, const T* x, Index N, Index L, Index C);
template <class T>
void global_max_backward(T* dx, const T* dy, const T* x, Index N, Index L, Index C);
template <class T>
void global_average_forward(T* y, const T* x, const std::uint8_t* mask, Index N, Index L, Index C);
template <class T>
void global_average_backward(T* dx, const T* dy, const std::uint8_t* mask, Index N, Index L, Index C);

}  // namespace wavetrain::reference
