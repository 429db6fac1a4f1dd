#include "graph/ops/batch_renormalize.hpp"

#include <algorithm>
#include <cmath>

#include "graph/ops/instantiate.hpp"
#include "reference/normalize.hpp"

namespace wavetrain::ops {
namespace {

template <class T>
void follow(T& moving, T value, double momentum) {
  moving = moving * static_cast<T>(momentum) + value * static_cast<T>(1 - momentum);
}

}  // namespace

template <class T>
void BatchRenormalize::run_forward(const OpCall<T>& call) const {
  const auto [N, C, I] = plain.extent(call.input_shape[0]);
  const T e = static_cast<T>(plain.epsilon);
  T *mean = call.saved, *variance = mean + C, *r = variance + C, *d = r + C;
  if (call.training && !plain.frozen) {
    reference::batch_moments(mean, variance, call.input[0], static_cast<const std::uint8_t*>(nullptr), N, C, I);
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
      const T gamma = call.input[1] == nullptr ? T{1} : call.input[1][c], beta = call.input[2] == nullptr ? T{0} : call.input[2][c];
      for (Index i = (n * C + c) * I; i < (n * C + c + 1) * I; ++i) {
        call.output[i] = ((call.input[0][i] - mean[c]) * inverse + d[c]) * gamma + beta;
      }
    }
  }
}

template <class T>
void BatchRenormalize::run_backward(const OpCall<T>& call) const {
  const auto [N, C, I] = plain.extent(call.input_shape[0]);
  const T e = static_cast<T>(plain.epsilon), count = static_cast<T>(N * I);
  const T *mean = call.saved, *variance = mean + C, *r = variance + C, *d = r + C;
  T *dx = call.input_grad[0], *dgamma = call.input_grad[1], *dbeta = call.input_grad[2];
  for (Index c = 0; c < C; ++c) {
    const T inverse = 1 / std::sqrt(variance[c] + e);
    T sum = 0, product = 0;
    const auto each = [&, N = N, C = C, I = I](auto f) {  // clang 14 captures no structured bindings
      for (Index n = 0; n < N; ++n) {
        for (Index i = (n * C + c) * I; i < (n * C + c + 1) * I; ++i) f(i, (call.input[0][i] - mean[c]) * inverse);
      }
    };
    each([&](Index i, T scaled) {
      sum += call.output_grad[i];
      product += call.output_grad[i] * scaled;
    });
    if (dbeta != nullptr) dbeta[c] = sum;
    if (dgamma != nullptr) dgamma[c] = product * r[c] + sum * d[c];
    if (dx == nullptr) continue;
    const T factor = inverse * r[c] * (call.input[1] == nullptr ? T{1} : call.input[1][c]);
    const bool constant = !call.training || plain.frozen;
    each([&](Index i, T scaled) {
      dx[i] = factor * (call.output_grad[i] - (constant ? T{0} : (sum + scaled * product) / count));
    });
  }
}

WAVETRAIN_INSTANTIATE_OP(BatchRenormalize)

}  // namespace wavetrain::ops
