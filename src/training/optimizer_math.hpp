// The optimizers' updates of one stretch of weights: n weights w with gradients g and slots, all in place. Numbers that
// are the same for all weights come in double and are rounded once; element i depends on nothing but element i.
#pragma once

#include <cmath>

#include "wavetrain/shape.hpp"

namespace wavetrain::optimizer_math {

inline void sgd(Index n, float lr, float* w, const float* g) {
  for (Index i = 0; i < n; ++i) w[i] -= g[i] * lr;
}

inline void sgd_momentum(Index n, float lr, float momentum, bool nesterov, float* w, const float* g, float* m) {
  for (Index i = 0; i < n; ++i) {
    const float step = g[i] * lr;
    m[i] = m[i] * momentum - step;
    w[i] += nesterov ? m[i] * momentum - step : m[i];
  }
}

struct RmspropFactors {
  float lr, rho, rest, epsilon, momentum;  // rest = 1 - rho
};

// `m` is null without momentum, `a` when not centered.
inline void rmsprop(Index n, const RmspropFactors& f, float* w, const float* g, float* v, float* m, float* a) {
  for (Index i = 0; i < n; ++i) {
    v[i] = f.rho * v[i] + f.rest * (g[i] * g[i]);
    float denominator = v[i] + f.epsilon;
    if (a) {
      a[i] = f.rho * a[i] + f.rest * g[i];
      denominator = v[i] - a[i] * a[i] + f.epsilon;
    }
    float step = f.lr * g[i] / std::sqrt(denominator);
    if (m) step = m[i] = f.momentum * m[i] + step;
    w[i] -= step;
  }
}

struct AdamFactors {
  float alpha;         // lr sqrt(1 - beta_2^t) / (1 - beta_1^t)
  float rest1, rest2;  // 1 - beta_1, 1 - beta_2
  float epsilon;
};

inline AdamFactors adam_factors(double lr, double beta_1, double beta_2, double epsilon, Index t) {
  const auto step = static_cast<double>(t);
  return {static_cast<float>(lr * std::sqrt(1 - std::pow(beta_2, step)) / (1 - std::pow(beta_1, step))),
          static_cast<float>(1 - beta_1), static_cast<float>(1 - beta_2), static_cast<float>(epsilon)};
}

inline void adam(Index n, const AdamFactors& f, float* w, const float* g, float* m, float* v) {
  for (Index i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * f.rest1;
    v[i] += (g[i] * g[i] - v[i]) * f.rest2;
    w[i] -= m[i] * f.alpha / (std::sqrt(v[i]) + f.epsilon);
  }
}

inline void adam_amsgrad(Index n, const AdamFactors& f, float* w, const float* g, float* m, float* v, float* largest) {
  for (Index i = 0; i < n; ++i) {
    m[i] += (g[i] - m[i]) * f.rest1;
    v[i] += (g[i] * g[i] - v[i]) * f.rest2;
    largest[i] = std::fmax(largest[i], v[i]);
    w[i] -= m[i] * f.alpha / (std::sqrt(largest[i]) + f.epsilon);
  }
}

}  // namespace wavetrain::optimizer_math
