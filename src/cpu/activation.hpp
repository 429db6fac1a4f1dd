// Activation functions over arrays, forward and backward.
//
// An array is (outer, size, inner) with `size` the axis that softmax, log_softmax, sparsemax and glu work along; the
// rest are elementwise and only see the product. y may be x, and dx may be dy, x or y, except for glu. Nothing here
// allocates or throws but glu, which halves its axis and throws ValueError when that is odd. An element's bits do not
// depend on how a call is split along `outer` (elementwise: anywhere).
#pragma once

#include "wavetrain/activations.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// What the backward pass reads besides dy.
enum class BackwardNeeds { nothing, y, x };

BackwardNeeds backward_needs(const wavetrain::Activation& activation);
// False for softmax, log_softmax, sparsemax and glu.
bool is_elementwise(const wavetrain::Activation& activation);
// The length of the axis after the activation: size/2 for glu.
Index activation_output_size(const wavetrain::Activation& activation, Index size);

// x (outer, size, inner) → y (outer, activation_output_size, inner).
void activation_forward(const wavetrain::Activation& activation, Index outer, Index size, Index inner, const float* x,
                        float* y);
// dx (outer, size, inner) from dy. Of x and y only the one that backward_needs names is read; the other may be null.
void activation_backward(const wavetrain::Activation& activation, Index outer, Index size, Index inner, const float* x,
                         const float* y, const float* dy, float* dx);

// dx = dy·scale where y > 0, else 0: the backward pass of relu, and of a dropout behind it, which multiplied by `scale` what it
// kept; y is what came out behind both. dx may be dy.
void relu_backward(Index n, const float* y, float scale, const float* dy, float* dx);

// Along the last axis.
inline void activation_forward(const wavetrain::Activation& activation, Index rows, Index row_size, const float* x,
                               float* y) {
  activation_forward(activation, rows, row_size, 1, x, y);
}
inline void activation_backward(const wavetrain::Activation& activation, Index rows, Index row_size, const float* x,
                                const float* y, const float* dy, float* dx) {
  activation_backward(activation, rows, row_size, 1, x, y, dy, dx);
}

}  // namespace wavetrain::cpu
