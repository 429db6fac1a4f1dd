// Activation functions in plain loops: value and derivative side by side, formulas of keras.activations (3.15.1).
//
// Arrays are (outer, size, inner), with `size` the axis of softmax, log_softmax, sparsemax and glu. Gradients are added
// to what dx holds. T is double (the oracle) or float.
#pragma once

#include "wavetrain/activations.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain::reference {

// One value of an elementwise activation, and dy/dx there. At kinks the derivative is TensorFlow's; celu's at 0 is 1.
template <class T>
T activation(const Activation& function, T x);
template <class T>
T activation_gradient(const Activation& function, T x);

// y from x; glu's y is (outer, size/2, inner).
template <class T>
void activation_forward(T* y, const T* x, const Activation& function, Index outer, Index size, Index inner);
// dx += dy · dy/dx.
template <class T>
void activation_backward(T* dx, const T* dy, const T* x, const Activation& function, Index outer, Index size,
                         Index inner);

}  // namespace wavetrain::reference
