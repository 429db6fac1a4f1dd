// The matrix product in plain loops, forward and backward: what every faster version is compared with.
//
// Gradients are added to what dx, dw and db hold; each of them may be null. Sums ascend over their axis. T is double
// (the oracle) or float (the kernel that accepts everything).
#pragma once

#include "wavetrain/shape.hpp"

namespace wavetrain::reference {

// y (M,F) = x (M,C) · w (C,F) + b (F); b may be null.
template <class T>
void matmul_forward(T* y, const T* x, const T* w, const T* b, Index M, Index C, Index F);

// dx (M,C) += dy (M,F) · w (C,F)^T,  dw (C,F) += x (M,C)^T · dy,  db (F) += sum of dy over M.
template <class T>
void matmul_backward(T* dx, T* dw, T* db, const T* dy, const T* x, const T* w, Index M, Index C, Index F);

}  // namespace wavetrain::reference
