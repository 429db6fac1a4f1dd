#include "graph/ops/join.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {
namespace {

// Visits the rows of samples [first, last): f(row of the first and of the result, row of the second).
template <class F>
void for_rows(const Shape& shape, bool flip, Index first, Index last, F&& f) {
  const Index rows = shape.size_from(1) / std::max<Index>(shape.back(), 1);  // of a sample
  for (Index n = first; n < last; ++n) {
    for (Index t = 0; t < rows; ++t) f(n * rows + t, n * rows + (flip ? rows - 1 - t : t));
  }
}

}  // namespace

Shape Join::infer(std::span<const Shape> inputs) const {
  Shape result = inputs[0];
  if (mode == JoinMode::concat) {
    result[-1] += inputs[1].back();
    return result;
  }
  if (result.back() == 1) result[-1] = inputs[1].back();
  Shape other = inputs[1];
  if (other.back() == 1) other[-1] = result.back();
  if (result != other) {
    throw ValueError(fmt::format("the two directions must have equal shapes to be merged. Received: {} and {}",
                                 to_string(inputs[0]), to_string(inputs[1])));
  }
  return result;
}

template <class T>
void Join::forward_range(const Shape& a_shape, const Shape& b_shape, const T* a, const T* b, T* y, Index first,
                         Index last) const {
  const Index u = a_shape.back(), v = b_shape.back(), n = std::max(u, v);
  const Index p_step = u == n, q_step = v == n;
  for_rows(a_shape, flip, first, last, [&](Index row, Index other) {
    const T* const p = a + row * u;
    const T* const q = b + other * v;
    T* const out = y + row * (mode == JoinMode::concat ? u + v : n);
    switch (mode) {
      case JoinMode::concat: std::copy_n(q, v, std::copy_n(p, u, out)); break;
      case JoinMode::sum:
        for (Index i = 0; i < n; ++i) out[i] = p[i * p_step] + q[i * q_step];
        break;
      case JoinMode::mul:
        for (Index i = 0; i < n; ++i) out[i] = p[i * p_step] * q[i * q_step];
        break;
      case JoinMode::ave:
        for (Index i = 0; i < n; ++i) out[i] = (p[i * p_step] + q[i * q_step]) / T{2};
        break;
    }
  });
}

template <class T>
void Join::backward_range(const Shape& a_shape, const Shape& b_shape, const T* a, const T* b, const T* dy, T* da, T* db,
                          Index first, Index last) const {
  const Index u = a_shape.back(), v = b_shape.back(), n = std::max(u, v);
  for_rows(a_shape, flip, first, last, [&](Index row, Index other) {
    const T* const d = dy + row * (mode == JoinMode::concat ? u + v : n);
    // What a factor of `size` (of n or 1) values adds to the gradient of the other direction's value i.
    const auto through = [&](const T* factor, Index size, Index i) {
      return mode == JoinMode::mul ? d[i] * factor[size == 1 ? 0 : i] : mode == JoinMode::ave ? d[i] / T{2} : d[i];
    };
    const auto give = [&](T* out, Index size, const T* factor, Index factor_size) {
      if (out == nullptr) return;
      if (size == n) {
        for (Index i = 0; i < n; ++i) out[i] = through(factor, factor_size, i);
        return;
      }
      T sum{0};
      for (Index i = 0; i < n; ++i) sum += through(factor, factor_size, i);
      *out = sum;
    };
    T* const a_grad = da == nullptr ? nullptr : da + row * u;
    T* const b_grad = db == nullptr ? nullptr : db + other * v;
    if (mode == JoinMode::concat) {
      if (a_grad != nullptr) std::copy_n(d, u, a_grad);
      if (b_grad != nullptr) std::copy_n(d + u, v, b_grad);
      return;
    }
    const bool reads = mode == JoinMode::mul;
    give(a_grad, u, reads ? b + other * v : nullptr, v);
    give(b_grad, v, reads ? a + row * u : nullptr, u);
  });
}

template <class T>
void Join::run_forward(const OpCall<T>& call) const {
  forward_range(call.input_shape[0], call.input_shape[1], call.input[0], call.input[1], call.output, 0,
                call.output_shape[0]);
}

template <class T>
void Join::run_backward(const OpCall<T>& call) const {
  backward_range(call.input_shape[0], call.input_shape[1], call.input[0], call.input[1], call.output_grad,
                 call.input_grad[0], call.input_grad[1], 0, call.output_shape[0]);
}

WAVETRAIN_INSTANTIATE_OP(Join)
template void Join::forward_range(const Shape&, const Shape&, const float*, const float*, float*, Index, Index) const;
template void Join::backward_range(const Shape&, const Shape&, const float*, const float*, const float*, float*, float*,
                                   Index, Index) const;

}  // namespace wavetrain::ops
