#include "graph/ops/batch_normalize.hpp"

#include <algorithm>
#include <vector>

#include "graph/ops/instantiate.hpp"
#include "reference/normalize.hpp"

namespace wavetrain::ops {

Shape BatchNormalize::infer(std::span<const Shape> inputs) const { return inputs[0]; }

Index BatchNormalize::saved_size(std::span<const Shape> inputs, const Shape&) const { return 2 * inputs[3].size(); }

BatchNormalize::Extent BatchNormalize::extent(const Shape& x) const {
  const int position = axis < 0 ? axis + x.rank() : axis;
  Extent extent{1, x[position], x.size_from(position + 1)};
  for (int i = 0; i < position; ++i) extent.outer *= x[i];
  return extent;
}

template <class T>
void BatchNormalize::run_forward(const OpCall<T>& call) const {
  const auto [N, C, I] = extent(call.input_shape[0]);
  T* mean = call.saved;
  T* variance = call.saved + C;
  if (call.training && !frozen) {
    reference::batch_moments(mean, variance, call.input[0], static_cast<const std::uint8_t*>(nullptr), N, C, I);
    const T m = static_cast<T>(momentum);
    for (Index c = 0; c < C; ++c) {
      call.state[0][c] = call.state[0][c] * m + mean[c] * (T{1} - m);
      call.state[1][c] = call.state[1][c] * m + variance[c] * (T{1} - m);
    }
  } else {
    std::copy_n(call.input[3], C, mean);
    std::copy_n(call.input[4], C, variance);
  }
  reference::batch_norm_forward(call.output, call.input[0], mean, variance, call.input[1], call.input[2],
                                static_cast<T>(epsilon), N, C, I);
}

template <class T>
void BatchNormalize::run_backward(const OpCall<T>& call) const {
  const auto [N, C, I] = extent(call.input_shape[0]);
  for (std::size_t i = 0; i < 3; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  reference::batch_norm_backward(call.input_grad[0], call.input_grad[1], call.input_grad[2], call.output_grad, call.input[0],
                                 static_cast<const std::uint8_t*>(nullptr), call.saved, call.saved + C, call.input[1],
                                 static_cast<T>(epsilon), call.training && !frozen, N, C, I);
}

WAVETRAIN_INSTANTIATE_OP(BatchNormalize)

}  // namespace wavetrain::ops
