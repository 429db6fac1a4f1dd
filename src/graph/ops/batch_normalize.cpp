#include "graph/ops/batch_normalize.hpp"

#include <algorithm>

#include "graph/ops/batch_steps.hpp"
#include "graph/ops/instantiate.hpp"
#include "reference/normalize.hpp"

namespace wavetrain::ops {

Shape BatchNormalize::infer(std::span<const Shape> inputs) const { return inputs[0]; }

Index BatchNormalize::saved_size(std::span<const Shape> inputs, const Shape&) const {
  const Index mask = inputs.size() > 5 && inputs[5].rank() > 0 ? inputs[5].size() : 0;
  return by_step ? Steps<float>::saved_size(inputs, 2 * inputs[3].size()) : 2 * inputs[3].size() + mask;
}

BatchNormalize::Extent BatchNormalize::extent(const Shape& x) const {
  const int position = axis < 0 ? axis + x.rank() : axis;
  Extent extent{1, x[position], x.size_from(position + 1)};
  for (int i = 0; i < position; ++i) extent.outer *= x[i];
  return extent;
}

namespace {

// A mask has all axes but the last.
reference::Kept kept(const Shape& x, const std::uint8_t* mask) { return {mask, x.back()}; }

// The mask as bytes at `to`; null without one.
template <class T>
const std::uint8_t* mask_bytes(const OpCall<T>& call, T* to) {
  if (call.input[5] == nullptr) return nullptr;
  auto* const bytes = reinterpret_cast<std::uint8_t*>(to);
  for (Index i = 0; i < call.input_shape[5].size(); ++i) bytes[i] = call.input[5][i] != 0 ? 1 : 0;
  return bytes;
}

}  // namespace

template <class T>
void BatchNormalize::run_forward(const OpCall<T>& call) const {
  const auto [N, C, I] = extent(call.input_shape[0]);
  const bool uses_batch = call.training && !frozen;
  if (by_step && uses_batch) return forward_steps(call);
  T* mean = call.saved;
  T* variance = call.saved + C;
  if (uses_batch) {
    reference::batch_moments(mean, variance, call.input[0],
                             kept(call.input_shape[0], mask_bytes(call, call.saved + 2 * C)), N, C, I);
    update_moving(call, mean, variance, C);
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
  for (std::size_t i = 0; i < 7; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  const bool uses_batch = call.training && !frozen;
  if (by_step && uses_batch) return backward_steps(call);
  reference::batch_norm_backward(call.input_grad[0], call.input_grad[1], call.input_grad[2], call.output_grad,
                                 call.input[0], kept(call.input_shape[0], mask_bytes(call, call.saved + 2 * C)),
                                 call.saved, call.saved + C, call.input[1], static_cast<T>(epsilon), uses_batch, N, C,
                                 I);
}

template <class T>
void BatchNormalize::forward_steps(const OpCall<T>& call) const {
  const Steps<T> s(call, 2 * call.input_shape[3][0]);
  const Shape one = s.step_shape(call);
  const auto [N, C, I] = extent(one);
  for (Index t = 0; t < s.steps; ++t) {
    T* const mean = s.of(t);
    take_step(call.input[0], s.x, s.samples, s.steps, t, s.size);
    reference::batch_moments(mean, mean + C, s.x, kept(one, s.step_mask(call, t)), N, C, I);
    update_moving(call, mean, mean + C, C);
    reference::batch_norm_forward(s.y, s.x, mean, mean + C, call.input[1], call.input[2], static_cast<T>(epsilon), N, C,
                                  I);
    put_step(s.y, call.output, s.samples, s.steps, t, s.size);
  }
}

template <class T>
void BatchNormalize::backward_steps(const OpCall<T>& call) const {
  const Steps<T> s(call, 2 * call.input_shape[3][0]);
  const Shape one = s.step_shape(call);
  const auto [N, C, I] = extent(one);
  for (Index t = 0; t < s.steps; ++t) {
    T* const mean = s.of(t);
    take_step(call.input[0], s.x, s.samples, s.steps, t, s.size);
    take_step(call.output_grad, s.y, s.samples, s.steps, t, s.size);
    std::fill_n(s.dx, s.samples * s.size, T{0});
    reference::batch_norm_backward(s.dx, call.input_grad[1], call.input_grad[2], s.y, s.x,
                                   kept(one, s.step_mask(call, t)), mean, mean + C, call.input[1],
                                   static_cast<T>(epsilon), true, N, C, I);
    if (call.input_grad[0] != nullptr) put_step(s.dx, call.input_grad[0], s.samples, s.steps, t, s.size);
  }
}

WAVETRAIN_INSTANTIATE_OP(BatchNormalize)

}  // namespace wavetrain::ops
