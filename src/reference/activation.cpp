#include "reference/activation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "reference/sparsemax.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::reference {
namespace {

constexpr double kSeluScale = 1.0507009873554805;
constexpr double kSeluAlpha = 1.6732632423543772;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double sigmoid(double x) { return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)); }
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double relu6(double x) { return x > 6 ? 6 : x < 0 ? 0 : x; }
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

// The tanh form of gelu: its inner function and that one's derivative.
double gelu_inner(double x) { return std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x); }
double gelu_inner_gradient(double x) { return std::sqrt(2 / std::numbers::pi) * (1 + 3 * 0.044715 * x * x); }

double relu(const ActivationParams& p, double x) {
  double y = p.threshold != 0 ? (x > p.threshold ? x : 0) : x < 0 ? 0 : x;
  if (p.max_value < kInfinity) y = std::isnan(y) ? y : std::clamp(y, 0.0, double{p.max_value});
  if (p.negative_slope != 0) y -= p.negative_slope * (x >= p.threshold ? 0 : p.threshold - x);
  return y;
}

double relu_gradient(const ActivationParams& p, double x) {
  if (p.threshold == 0 && p.max_value == kInfinity) return x > 0 ? 1 : p.negative_slope;
  if (p.threshold == 0 && p.max_value == 6 && p.negative_slope == 0) return x > 0 && x < 6 ? 1 : 0;
  if (x < p.threshold) return p.negative_slope;
  if (x == p.threshold || x > p.max_value) return 0;
  return p.max_value < kInfinity && x < 0 ? 0 : 1;
}

double value_of(const Activation& function, double x) {
  const ActivationParams& p = function.params();
  switch (function.kind()) {
    case ActivationKind::linear: return x;
    case ActivationKind::relu: return relu(p, x);
    case ActivationKind::relu6: return relu6(x);
    case ActivationKind::leaky_relu: return x > 0 ? x : p.negative_slope * x;
    case ActivationKind::elu: return x > 0 ? x : p.alpha * std::expm1(x);
    case ActivationKind::selu: return kSeluScale * (x > 0 ? x : kSeluAlpha * std::expm1(x));
    case ActivationKind::celu: return x > 0 ? x : p.alpha * std::expm1(x / p.alpha);
    case ActivationKind::softplus: return softplus(x);
    case ActivationKind::softsign: return x / (1 + std::abs(x));
    case ActivationKind::sigmoid: return sigmoid(x);
    case ActivationKind::hard_sigmoid: return relu6(x + 3) / 6;
    case ActivationKind::keras2_hard_sigmoid: return x <= -2.5 ? 0 : x >= 2.5 ? 1 : 0.2 * x + 0.5;
    case ActivationKind::log_sigmoid: return -softplus(-x);
    case ActivationKind::sparse_sigmoid: return x <= -1 ? 0 : x >= 1 ? 1 : 0.5 * (x + 1);
    case ActivationKind::tanh: return std::tanh(x);
    case ActivationKind::hard_tanh: return x < -1 ? -1 : x > 1 ? 1 : x;
    case ActivationKind::tanh_shrink: return x - std::tanh(x);
    case ActivationKind::soft_shrink: return x > p.threshold ? x - p.threshold : x < -p.threshold ? x + p.threshold : 0;
    case ActivationKind::hard_shrink: return std::abs(x) > p.threshold ? x : 0;
    case ActivationKind::threshold: return x > p.threshold ? x : p.default_value;
    case ActivationKind::exponential: return std::exp(x);
    case ActivationKind::gelu: return p.approximate ? 0.5 * x * (1 + std::tanh(gelu_inner(x))) : x * normal_cdf(x);
    case ActivationKind::silu: return x * sigmoid(x);
    case ActivationKind::hard_silu: return x * relu6(x + 3) / 6;
    case ActivationKind::mish: return x * std::tanh(softplus(x));
    case ActivationKind::squareplus: return (x + std::sqrt(x * x + p.b)) / 2;
    case ActivationKind::sparse_plus: return x <= -1 ? 0 : x < 1 ? (x + 1) * (x + 1) / 4 : x;
    case ActivationKind::softmax:
    case ActivationKind::log_softmax:
    case ActivationKind::sparsemax:
    case ActivationKind::glu: break;
  }
  throw InternalError(function.name() + " is not elementwise");
}

double gradient_of(const Activation& function, double x) {
  const ActivationParams& p = function.params();
  switch (function.kind()) {
    case ActivationKind::linear: return 1;
    case ActivationKind::relu: return relu_gradient(p, x);
    case ActivationKind::relu6: return x > 0 && x < 6 ? 1 : 0;
    case ActivationKind::leaky_relu: return x > 0 ? 1 : p.negative_slope;
    case ActivationKind::elu: return x > 0 ? 1 : p.alpha * std::exp(x);
    case ActivationKind::selu: return kSeluScale * (x >= 0 ? 1 : kSeluAlpha * std::exp(x));
    case ActivationKind::celu: return x >= 0 ? 1 : std::exp(x / p.alpha);
    case ActivationKind::softplus: return sigmoid(x);
    case ActivationKind::softsign: return 1 / ((1 + std::abs(x)) * (1 + std::abs(x)));
    case ActivationKind::sigmoid: return sigmoid(x) * sigmoid(-x);
    case ActivationKind::hard_sigmoid: return std::abs(x) < 3 ? 1.0 / 6 : 0;
    case ActivationKind::keras2_hard_sigmoid: return std::abs(x) < 2.5 ? 0.2 : 0;
    case ActivationKind::log_sigmoid: return sigmoid(-x);
    case ActivationKind::sparse_sigmoid: return std::abs(x) < 1 ? 0.5 : 0;
    case ActivationKind::tanh: return 1 - std::tanh(x) * std::tanh(x);
    case ActivationKind::hard_tanh: return std::abs(x) <= 1 ? 1 : 0;
    case ActivationKind::tanh_shrink: return std::tanh(x) * std::tanh(x);
    case ActivationKind::soft_shrink: return x > p.threshold || x < -p.threshold ? 1 : 0;
    case ActivationKind::hard_shrink: return std::abs(x) > p.threshold ? 1 : 0;
    case ActivationKind::threshold: return x > p.threshold ? 1 : 0;
    case ActivationKind::exponential: return std::exp(x);
    case ActivationKind::gelu: {
      if (!p.approximate) return normal_cdf(x) + x * normal_density(x);
      const double t = std::tanh(gelu_inner(x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * gelu_inner_gradient(x);
    }
    case ActivationKind::silu: return sigmoid(x) * (1 + x * sigmoid(-x));
    case ActivationKind::hard_silu: return relu6(x + 3) / 6 + (std::abs(x) < 3 ? x / 6 : 0);
    case ActivationKind::mish: {
      const double t = std::tanh(softplus(x));
      return t + x * (1 - t * t) * sigmoid(x);
    }
    case ActivationKind::squareplus: return 0.5 + 0.5 * x / std::sqrt(x * x + p.b);
    case ActivationKind::sparse_plus: return x <= -1 ? 0 : x < 1 ? (x + 1) / 2 : 1;
    case ActivationKind::softmax:
    case ActivationKind::log_softmax:
    case ActivationKind::sparsemax:
    case ActivationKind::glu: break;
  }
  throw InternalError(function.name() + " is not elementwise");
}

// y = x - max - log(sum(exp(x - max))) over one row, or its exponential.
template <class T>
void softmax_row(T* y, const T* x, Index size, Index inner, bool take_log) {
  T max = -std::numeric_limits<T>::infinity();
  for (Index i = 0; i < size; ++i) max = std::max(max, x[i * inner]);
  T sum = 0;
  for (Index i = 0; i < size; ++i) sum += std::exp(x[i * inner] - max);
  for (Index i = 0; i < size; ++i) {
    const T shifted = x[i * inner] - max;
    y[i * inner] = take_log ? shifted - std::log(sum) : std::exp(shifted) / sum;
  }
}

template <class T>
void softmax_row_backward(T* dx, const T* dy, const T* x, Index size, Index inner, bool take_log) {
  std::vector<T> p(static_cast<std::size_t>(size * inner));
  softmax_row(p.data(), x, size, inner, false);
  T sum = 0;
  for (Index i = 0; i < size * inner; i += inner) sum += take_log ? dy[i] : dy[i] * p[static_cast<std::size_t>(i)];
  for (Index i = 0; i < size * inner; i += inner) {
    const T probability = p[static_cast<std::size_t>(i)];
    dx[i] += take_log ? dy[i] - probability * sum : probability * (dy[i] - sum);
  }
}

}  // namespace

template <class T>
T activation(const Activation& function, T x) {
  return static_cast<T>(value_of(function, static_cast<double>(x)));
}

template <class T>
T activation_gradient(const Activation& function, T x) {
  return static_cast<T>(gradient_of(function, static_cast<double>(x)));
}

template <class T>
void activation_forward(T* y, const T* x, const Activation& function, Index outer, Index size, Index inner) {
  const Index row = size * inner, half = row / 2;
  for (Index o = 0; o < outer; ++o) {
    switch (function.kind()) {
      case ActivationKind::softmax:
      case ActivationKind::log_softmax:
        for (Index c = 0; c < inner; ++c) {
          softmax_row(y + o * row + c, x + o * row + c, size, inner, function.kind() == ActivationKind::log_softmax);
        }
        break;
      case ActivationKind::sparsemax: sparsemax_forward(y + o * row, x + o * row, 1, size, inner); break;
      case ActivationKind::glu:
        for (Index i = 0; i < half; ++i) {
          y[o * half + i] = x[o * row + i] * activation<T>(ActivationKind::sigmoid, x[o * row + half + i]);
        }
        break;
      default:
        for (Index i = 0; i < row; ++i) y[o * row + i] = activation(function, x[o * row + i]);
    }
  }
}

template <class T>
void activation_backward(T* dx, const T* dy, const T* x, const Activation& function, Index outer, Index size,
                         Index inner) {
  const Index row = size * inner, half = row / 2;
  for (Index o = 0; o < outer; ++o) {
    switch (function.kind()) {
      case ActivationKind::softmax:
      case ActivationKind::log_softmax:
        for (Index c = 0; c < inner; ++c) {
          const Index at = o * row + c;
          softmax_row_backward(dx + at, dy + at, x + at, size, inner, function.kind() == ActivationKind::log_softmax);
        }
        break;
      case ActivationKind::sparsemax: {
        std::vector<T> gradient(static_cast<std::size_t>(row));
        sparsemax_backward(gradient.data(), dy + o * row, x + o * row, 1, size, inner);
        for (Index i = 0; i < row; ++i) dx[o * row + i] += gradient[static_cast<std::size_t>(i)];
        break;
      }
      case ActivationKind::glu:
        for (Index i = 0; i < half; ++i) {
          const T a = x[o * row + i], b = x[o * row + half + i], d = dy[o * half + i];
          dx[o * row + i] += d * activation<T>(ActivationKind::sigmoid, b);
          dx[o * row + half + i] += d * a * activation_gradient<T>(ActivationKind::sigmoid, b);
        }
        break;
      default:
        for (Index i = 0; i < row; ++i)
          dx[o * row + i] += dy[o * row + i] * activation_gradient(function, x[o * row + i]);
    }
  }
}

template float activation(const Activation&, float);
template double activation(const Activation&, double);
template float activation_gradient(const Activation&, float);
template double activation_gradient(const Activation&, double);
template void activation_forward(float*, const float*, const Activation&, Index, Index, Index);
template void activation_forward(double*, const double*, const Activation&, Index, Index, Index);
template void activation_backward(float*, const float*, const float*, const Activation&, Index, Index, Index);
template void activation_backward(double*, const double*, const double*, const Activation&, Index, Index, Index);

}  // namespace wavetrain::reference
