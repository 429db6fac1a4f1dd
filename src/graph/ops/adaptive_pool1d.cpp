#include "graph/ops/adaptive_pool1d.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {
namespace {

// Calls f(n, i, first, last) for every step i of the output with its window [first, last).
template <class F>
void for_each_window(const Shape& x, Index steps, F f) {
  for (Index n = 0; n < x[0]; ++n) {
    for (Index i = 0; i < steps; ++i) f(n, i, i * x[1] / steps, ((i + 1) * x[1] + steps - 1) / steps);
  }
}

// The step of the first maximum, or of the first NaN.
template <class T>
Index first_maximum(const T* x, Index C, Index first, Index last) {
  Index best = first;
  for (Index t = first; t < last && !std::isnan(x[best * C]); ++t) {
    if (!(x[t * C] <= x[best * C])) best = t;
  }
  return best;
}

}  // namespace

Shape AdaptivePool1D::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  if (x[1] < 0) {
    throw ValueError(fmt::format("Input length must be statically known for adaptive pooling. Received: input shape {}",
                                 to_string(x)));
  }
  return {x[0], steps, x[2]};
}

template <class T>
void AdaptivePool1D::run_forward(const OpCall<T>& call) const {
  const Shape& shape = call.input_shape[0];
  const Index T_in = shape[1], C = shape[2];
  for_each_window(shape, steps, [&](Index n, Index i, Index first, Index last) {
    const T* x = call.input[0] + n * T_in * C;
    T* y = call.output + (n * steps + i) * C;
    if (kind == PoolKind::max) {
      for (Index c = 0; c < C; ++c) y[c] = x[first_maximum(x + c, C, first, last) * C + c];
      return;
    }
    std::fill_n(y, C, T{0});
    for (Index t = first; t < last; ++t) {
      for (Index c = 0; c < C; ++c) y[c] += x[t * C + c];
    }
    for (Index c = 0; c < C; ++c) y[c] /= static_cast<T>(last - first);
  });
}

template <class T>
void AdaptivePool1D::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  const Shape& shape = call.input_shape[0];
  const Index T_in = shape[1], C = shape[2];
  std::fill_n(call.input_grad[0], shape.size(), T{0});
  for_each_window(shape, steps, [&](Index n, Index i, Index first, Index last) {
    const T* dy = call.output_grad + (n * steps + i) * C;
    T* dx = call.input_grad[0] + n * T_in * C;
    if (kind == PoolKind::max) {
      const T* x = call.input[0] + n * T_in * C;
      for (Index c = 0; c < C; ++c) dx[first_maximum(x + c, C, first, last) * C + c] += dy[c];
      return;
    }
    const T share = 1 / static_cast<T>(last - first);
    for (Index t = first; t < last; ++t) {
      for (Index c = 0; c < C; ++c) dx[t * C + c] += dy[c] * share;
    }
  });
}

WAVETRAIN_INSTANTIATE_OP(AdaptivePool1D)

}  // namespace wavetrain::ops
