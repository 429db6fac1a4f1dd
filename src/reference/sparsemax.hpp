// Keras 3.15.1's sparsemax in plain loops (the formula stands in cpu/softmax.hpp). T is float or double.
#pragma once

#include "wavetrain/shape.hpp"

namespace wavetrain::reference {

// y (outer, size, inner) from x; y may be x.
template <class T>
void sparsemax_forward(T* y, const T* x, Index outer, Index size, Index inner);

// dx is overwritten; it may be dy but not x.
template <class T>
void sparsemax_backward(T* dx, const T* dy, const T* x, Index outer, Index size, Index inner);

}  // namespace wavetrain::reference
