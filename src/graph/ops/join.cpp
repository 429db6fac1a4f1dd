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
  } else if (inputs[0] != inputs[1]) {
    throw ValueError(fmt::format("the two directions must have equal shapes to be merged. Received: {} and {}",
                                 to_string(inputs[0]), to_string(inputs[1])));
  }
  return result;
}

template <class T>
void Join::forward_range(const Shape& a_shape, const Shape& b_shape, const T* a, const T* b, T* y, Index first,
                         Index last) const {
  const Index u = a_shape.back(), v = b_shape.back();
  for_rows(a_shape, flip, first, last, [&](Index row, Index other) {
    const T* const p = a + row * u;
    const T* const q = b + other * v;
    T* const out = y + row * (mode == JoinMode::concat ? u + v : u);
    switch (mode) {
      case JoinMode::concat: std::copy_n(q, v, std::copy_n(p, u, out)); break;
      case JoinMode::sum:
        for (Index i = 0; i < u; ++i) out[i] = p[i] + q[i];
        break;
      case JoinMode::mul:
        for (Index i = 0; i < u; ++i) out[i] = p[i] * q[i];
        break;
      case JoinMode::ave:
        for (Index i = 0; i < u; ++i) out[i] = (p[i] + q[i]) / T{2};
        break;
    }
  });
}

template <class T>
void Join::backward_range(const Shape& a_shape, const Shape& b_shape, const T* a, const T* b, const T* dy, T* da, T* db,
                          Index first, Index last) const {
  const Index u = a_shape.back(), v = b_shape.back();
  for_rows(a_shape, flip, first, last, [&](Index row, Index other) {
    const T* const d = dy + row * (mode == JoinMode::concat ? u + v : u);
    const auto give = [&](T* out, Index n, const T* from, const T* factor) {
      if (out == nullptr) return;
      if (mode == JoinMode::mul) {
        for (Index i = 0; i < n; ++i) out[i] = from[i] * factor[i];
      } else if (mode == JoinMode::ave) {
        for (Index i = 0; i < n; ++i) out[i] = from[i] / T{2};
      } else {
        std::copy_n(from, n, out);
      }
    };
    const bool reads = mode == JoinMode::mul;
    give(da == nullptr ? nullptr : da + row * u, u, d, reads ? b + other * v : nullptr);
    give(db == nullptr ? nullptr : db + other * v, v, mode == JoinMode::concat ? d + u : d,
         reads ? a + row * u : nullptr);
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
