// The one-dimensional convolution in plain loops, forward and backward: what every faster version is compared with.
//
// Gradients are added to what dx, dw and db hold; each of them may be null. T is double (the oracle) or float (the kernel
// that accepts everything). A depthwise convolution is one with groups = C.
#pragma once

#include "core/conv1d_shape.hpp"

namespace wavetrain::reference {

// y (Tout,F) = x (T,C) * w (K,C/groups,F) + b (F), zero-padded; b may be null. One sample.
template <class T>
void conv1d_forward(T* y, const T* x, const T* w, const T* b, const Conv1DShape& shape);

// dx (T,C), dw (K,C/groups,F), db (F) += the gradients for dy (Tout,F). One sample.
template <class T>
void conv1d_backward(T* dx, T* dw, T* db, const T* dy, const T* x, const T* w, const Conv1DShape& shape);

}  // namespace wavetrain::reference
