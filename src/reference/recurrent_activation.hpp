#pragma once
#include <cmath>
#include "wavetrain/shape.hpp"
namespace wavetrain {
enum class Activation { linear, tanh, sigmoid, relu, softmax };
namespace reference {
template <class T>
void activation_forward(T* y, const T* x, Index rows, Index n, Activation a) {
  for (Index r = 0; r < rows; ++r, x += n, y += n) {
    if (a == Activation::softmax) {
      T top = x[0], sum = 0;
      for (Index i = 0; i < n; ++i) top = std::max(top, x[i]);
      for (Index i = 0; i < n; ++i) sum += y[i] = std::exp(x[i] - top);
      for (Index i = 0; i < n; ++i) y[i] /= sum;
      continue;
    }
    for (Index i = 0; i < n; ++i) {
      const T v = x[i];
      y[i] = a == Activation::tanh ? std::tanh(v) : a == Activation::sigmoid ? 1 / (1 + std::exp(-v)) : a == Activation::relu ? (v > 0 ? v : 0) : v;
    }
  }
}
template <class T>
void activation_backward(T* dx, const T* dy, const T* x, const T* y, Index rows, Index n, Activation a) {
  for (Index r = 0; r < rows; ++r, x += n, y += n, dx += n, dy += n) {
    if (a == Activation::softmax) {
      T dot = 0;
      for (Index i = 0; i < n; ++i) dot += dy[i] * y[i];
      for (Index i = 0; i < n; ++i) dx[i] = y[i] * (dy[i] - dot);
      continue;
    }
    for (Index i = 0; i < n; ++i)
      dx[i] = dy[i] * (a == Activation::tanh ? 1 - y[i] * y[i] : a == Activation::sigmoid ? y[i] * (1 - y[i]) : a == Activation::relu ? T(x[i] > 0) : T(1));
  }
}
}
}  // namespace wavetrain
namespace wavetrain::cpu {
inline void activation_forward(const wavetrain::Activation& a, Index rows, Index n, const float* x, float* y) { reference::activation_forward(y, x, rows, n, a); }
inline void activation_backward(const wavetrain::Activation& a, Index rows, Index n, const float* x, const float* y, const float* dy, float* dx) { reference::activation_backward(dx, dy, x, y, rows, n, a); }
}
