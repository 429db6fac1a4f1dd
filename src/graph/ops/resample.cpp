#include "graph/ops/resample.hpp"

#include <algorithm>

#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Shape Resample::infer(std::span<const Shape> inputs) const {
  Shape shape = inputs[0];
  if (shape[1] >= 0) shape[1] = std::max<Index>(before + repeat * shape[1] + after, 0);
  return shape;
}

template <class T>
void Resample::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Index steps = x[1], row = x.size_from(2), y_steps = call.output_shape[1];
  const Index from = std::clamp<Index>(before, 0, y_steps);
  const Index to = std::clamp<Index>(before + repeat * steps, from, y_steps);
  for (Index n = 0; n < x[0]; ++n) {
    const T* in = call.input[0] + n * steps * row;
    T* out = call.output + n * y_steps * row;
    std::fill_n(out, from * row, T{0});
    if (repeat == 1) {
      std::copy_n(in + (from - before) * row, (to - from) * row, out + from * row);
    } else {
      for (Index t = from; t < to; ++t) std::copy_n(in + (t - before) / repeat * row, row, out + t * row);
    }
    std::fill_n(out + to * row, (y_steps - to) * row, T{0});
  }
}

template <class T>
void Resample::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  const Shape& x = call.input_shape[0];
  const Index steps = x[1], row = x.size_from(2), y_steps = call.output_shape[1];
  for (Index n = 0; n < x[0]; ++n) {
    const T* dy = call.output_grad + n * y_steps * row;
    T* dx = call.input_grad[0] + n * steps * row;
    for (Index t = 0; t < steps; ++t, dx += row) {
      const Index from = std::max<Index>(before + t * repeat, 0), to = std::min(before + (t + 1) * repeat, y_steps);
      if (from >= to) {
        std::fill_n(dx, row, T{0});
        continue;
      }
      std::copy_n(dy + from * row, row, dx);
      for (Index s = from + 1; s < to; ++s) {
        for (Index i = 0; i < row; ++i) dx[i] += dy[s * row + i];
      }
    }
  }
}

WAVETRAIN_INSTANTIATE_OP(Resample)

}  // namespace wavetrain::ops
