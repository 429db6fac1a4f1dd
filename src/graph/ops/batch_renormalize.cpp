#include "graph/ops/batch_renormalize.hpp"

#include <algorithm>
#include <cmath>

#include "graph/ops/batch_steps.hpp"
#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {
namespace {

template <class T>
void follow(T& moving, T value, double momentum) {
  moving = moving * static_cast<T>(momentum) + value * static_cast<T>(1 - momentum);
}

// The mask as bytes at `to`.
template <class T>
reference::Kept kept(const OpCall<T>& call, T* to) {
  if (call.input[5] == nullptr) return {};
  auto* const bytes = reinterpret_cast<std::uint8_t*>(to);
  for (Index i = 0; i < call.input_shape[5].size(); ++i) bytes[i] = call.input[5][i] != 0 ? 1 : 0;
  return {bytes, call.input_shape[0].back()};
}

}  // namespace

// What is kept of a batch, or of a step of it: mean and variance as used, r and d, (C) each.
template <class T>
void BatchRenormalize::normalize(const OpCall<T>& call, const T* x, T* y, T* moments, const reference::Kept& mask,
                                 const Shape& shape) const {
  const auto [N, C, I] = plain.extent(shape);
  const T e = static_cast<T>(plain.epsilon);
  T *mean = moments, *variance = mean + C, *r = variance + C, *d = r + C;
  if (call.training && !plain.frozen) {
    reference::batch_moments(mean, variance, x, mask, N, C, I);
    for (Index c = 0; c < C; ++c) {
      T &moving_mean = call.state[0][c], &moving_variance = call.state[1][c], &moving_stddev = call.state[2][c];
      T &renorm_mean = call.state[3][c], &renorm_stddev = call.state[4][c];
      const T stddev = std::sqrt(variance[c] + e), floor = std::max(renorm_stddev, std::sqrt(e));
      r[c] = stddev / floor;
      d[c] = (mean[c] - renorm_mean) / floor;
      if (r_min) r[c] = std::max(r[c], static_cast<T>(*r_min));
      if (r_max) r[c] = std::min(r[c], static_cast<T>(*r_max));
      if (d_max) d[c] = std::clamp(d[c], static_cast<T>(-*d_max), static_cast<T>(*d_max));
      follow(renorm_mean, mean[c], renorm_momentum);
      follow(renorm_stddev, stddev, renorm_momentum);
      follow(moving_mean, mean[c], plain.momentum);
      follow(moving_stddev, stddev, plain.momentum);
      moving_variance = std::max(moving_stddev * moving_stddev - e, T{0});
    }
  } else {
    std::copy_n(call.input[3], C, mean);
    std::copy_n(call.input[4], C, variance);
    std::fill_n(r, C, T{1});
    std::fill_n(d, C, T{0});
  }
  for (Index n = 0; n < N; ++n) {
    for (Index c = 0; c < C; ++c) {
      const T inverse = r[c] / std::sqrt(variance[c] + e);
      const T gamma = call.input[1] == nullptr ? T{1} : call.input[1][c],
              beta = call.input[2] == nullptr ? T{0} : call.input[2][c];
      for (Index i = (n * C + c) * I; i < (n * C + c + 1) * I; ++i) {
        y[i] = ((x[i] - mean[c]) * inverse + d[c]) * gamma + beta;
      }
    }
  }
}

// Adds to dgamma and dbeta; dx may be null.
template <class T>
void BatchRenormalize::normalize_backward(const OpCall<T>& call, const T* x, const T* dy, T* dx, const T* moments,
                                          const reference::Kept& mask, const Shape& shape) const {
  const auto [N, C, I] = plain.extent(shape);
  const T e = static_cast<T>(plain.epsilon);
  const T *mean = moments, *variance = mean + C, *r = variance + C, *d = r + C;
  const bool constant = !call.training || plain.frozen;
  const auto counts = [&mask](Index i) { return mask.mask == nullptr || mask.mask[i / mask.share] != 0; };
  T *dgamma = call.input_grad[1], *dbeta = call.input_grad[2];
  for (Index c = 0; c < C; ++c) {
    const T inverse = 1 / std::sqrt(variance[c] + e);
    T sum = 0, product = 0, count = 0;
    const auto each = [&, N = N, C = C, I = I](auto f) {  // clang 14 captures no structured bindings
      for (Index n = 0; n < N; ++n) {
        for (Index i = (n * C + c) * I; i < (n * C + c + 1) * I; ++i) f(i, (x[i] - mean[c]) * inverse);
      }
    };
    each([&](Index i, T scaled) {
      sum += dy[i];
      product += dy[i] * scaled;
      if (counts(i)) count += 1;
    });
    if (dbeta != nullptr) dbeta[c] += sum;
    if (dgamma != nullptr) dgamma[c] += product * r[c] + sum * d[c];
    if (dx == nullptr) continue;
    const T factor = inverse * r[c] * (call.input[1] == nullptr ? T{1} : call.input[1][c]);
    // As in reference::batch_norm_backward.
    const T more = mask.mask == nullptr ? T{0} : static_cast<T>(1e-7);
    const T rest = mean[c] * inverse * product * more / (count + more);
    each([&](Index i, T scaled) {
      const bool follows = !constant && counts(i);
      dx[i] = factor * (dy[i] - (follows ? (sum + scaled * product - rest) / (count + more) : T{0}));
    });
  }
}

Index BatchRenormalize::saved_size(std::span<const Shape> inputs, const Shape&) const {
  const Index moments = 4 * inputs[3].size();
  if (plain.by_step) return Steps<float>::saved_size(inputs, moments);
  return moments + (inputs.size() > 5 && inputs[5].rank() > 0 ? inputs[5].size() : 0);
}

template <class T>
void BatchRenormalize::run_forward(const OpCall<T>& call) const {
  const Index moments = 4 * call.input_shape[3].size();
  const bool uses_batch = call.training && !plain.frozen;
  if (!plain.by_step || !uses_batch) {
    const reference::Kept mask = uses_batch ? kept(call, call.saved + moments) : reference::Kept{};
    return normalize(call, call.input[0], call.output, call.saved, mask, call.input_shape[0]);
  }
  const Steps<T> s(call, moments);
  for (Index t = 0; t < s.steps; ++t) {
    take_step(call.input[0], s.x, s.samples, s.steps, t, s.size);
    normalize(call, s.x, s.y, s.of(t), {s.step_mask(call, t), call.input_shape[0].back()}, s.step_shape(call));
    put_step(s.y, call.output, s.samples, s.steps, t, s.size);
  }
}

template <class T>
void BatchRenormalize::run_backward(const OpCall<T>& call) const {
  for (std::size_t i = 1; i < 3; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  const Index moments = 4 * call.input_shape[3].size();
  const bool uses_batch = call.training && !plain.frozen;
  if (!plain.by_step || !uses_batch) {
    const reference::Kept mask = uses_batch ? kept(call, call.saved + moments) : reference::Kept{};
    return normalize_backward(call, call.input[0], call.output_grad, call.input_grad[0], call.saved, mask,
                              call.input_shape[0]);
  }
  const Steps<T> s(call, moments);
  for (Index t = 0; t < s.steps; ++t) {
    take_step(call.input[0], s.x, s.samples, s.steps, t, s.size);
    take_step(call.output_grad, s.y, s.samples, s.steps, t, s.size);
    normalize_backward(call, s.x, s.y, call.input_grad[0] == nullptr ? nullptr : s.dx, s.of(t),
                       {s.step_mask(call, t), call.input_shape[0].back()}, s.step_shape(call));
    if (call.input_grad[0] != nullptr) put_step(s.dx, call.input_grad[0], s.samples, s.steps, t, s.size);
  }
}

WAVETRAIN_INSTANTIATE_OP(BatchRenormalize)

}  // namespace wavetrain::ops
