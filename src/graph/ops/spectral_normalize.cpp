#include "graph/ops/spectral_normalize.hpp"

#include <algorithm>
#include <cmath>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {
namespace {

// To length 1; what has none stays.
template <class T>
void normalize(T* values, Index n) {
  T squares = 0;
  for (Index i = 0; i < n; ++i) squares += values[i] * values[i];
  const T length = std::sqrt(squares);
  if (length == 0) return;
  for (Index i = 0; i < n; ++i) values[i] /= length;
}

}  // namespace

template <class T>
void spectral_normalize(T* w, T* u, T* v, Index rows, Index columns, Index iterations) {
  if (std::all_of(w, w + rows * columns, [](T value) { return value == 0; })) return;
  for (Index i = 0; i < iterations; ++i) {
    for (Index r = 0; r < rows; ++r) {
      v[r] = 0;
      for (Index c = 0; c < columns; ++c) v[r] += u[c] * w[r * columns + c];
    }
    normalize(v, rows);
    std::fill_n(u, columns, T{0});
    for (Index r = 0; r < rows; ++r) {
      for (Index c = 0; c < columns; ++c) u[c] += v[r] * w[r * columns + c];
    }
    normalize(u, columns);
  }
  T sigma = 0;
  for (Index c = 0; c < columns; ++c) {
    T sum = 0;
    for (Index r = 0; r < rows; ++r) sum += v[r] * w[r * columns + c];
    sigma += sum * u[c];
  }
  for (Index i = 0; i < rows * columns; ++i) w[i] /= sigma;
}

template void spectral_normalize(float*, float*, float*, Index, Index, Index);
template void spectral_normalize(double*, double*, double*, Index, Index, Index);

template <class T>
void SpectralNormalize::run_forward(const OpCall<T>& call) const {
  if (call.training) spectral_normalize(call.state[0], call.state[1], call.saved, rows, columns, iterations);
  std::copy_n(call.input[0], call.output_shape.size(), call.output);
}

template <class T>
void SpectralNormalize::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] != nullptr) std::copy_n(call.output_grad, call.output_shape.size(), call.input_grad[0]);
}

WAVETRAIN_INSTANTIATE_OP(SpectralNormalize)

}  // namespace wavetrain::ops
