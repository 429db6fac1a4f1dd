// The losses of one row, forward and backward, for float and double.
//
// y (target) and p (prediction) have n numbers; sparse targets have one. `d` is null or receives dloss/dp · f. Sums run
// ascending in double, so that a row gives the same bits wherever it stands in a batch. Formulas: keras.losses.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <vector>

#include "training/epsilon.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::loss_math {

// for_rows where a row's entries lie `inner` apart: each is gathered, and its gradient put back.
template <class T, class Row>
void for_spread_rows(const BasicLossRows<T>& rows, Row row) {
  const LossShape& s = rows.shape;
  thread_local std::vector<T> room;  // grows once
  room.resize(std::max(room.size(), static_cast<std::size_t>(3 * s.width)));
  T *const y = room.data(), *const p = y + s.width, *const d = p + s.width;
  for (Index r = 0; r < s.rows; ++r) {
    const T f = static_cast<T>((rows.weights ? static_cast<double>(rows.weights[r]) : 1.0) * rows.scale);
    const Index start = r / s.inner * s.inner * s.width + r % s.inner;
    for (Index i = 0; i < s.width; ++i) {
      y[i] = rows.y_true[start + i * s.inner];
      p[i] = rows.y_pred[start + i * s.inner];
    }
    rows.row_loss[r] = static_cast<T>(row(y, p, rows.gradient ? d : static_cast<T*>(nullptr), f));
    if (rows.gradient == nullptr) continue;
    for (Index i = 0; i < s.width; ++i) rows.gradient[start + i * s.inner] = d[i];
  }
}

// Calls row(y, p, d, f) -> loss for every row.
template <class T, class Row>
void for_rows(const BasicLossRows<T>& rows, Row row) {
  if (rows.shape.inner > 1) return for_spread_rows(rows, row);
  const Index n = rows.shape.width;
  for (Index r = 0; r < rows.shape.rows; ++r) {
    const T f = static_cast<T>((rows.weights ? static_cast<double>(rows.weights[r]) : 1.0) * rows.scale);
    rows.row_loss[r] = static_cast<T>(row(rows.y_true + r * rows.shape.target_width, rows.y_pred + r * n,
                                          rows.gradient ? rows.gradient + r * n : static_cast<T*>(nullptr), f));
  }
}

// A loss that is the mean of value(y, p) over the row; slope(y, p) is its derivative with respect to p.
template <class T, class Value, class Slope>
void mean_of_elements(const BasicLossRows<T>& rows, Value value, Slope slope) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) sum += value(y[i], p[i]);
    if (d) {
      const T share = f / static_cast<T>(n);
      for (Index i = 0; i < n; ++i) d[i] = slope(y[i], p[i]) * share;
    }
    return n > 0 ? sum / static_cast<double>(n) : 0.0;
  });
}

template <std::floating_point T>
T sign(T x) {
  return static_cast<T>((x > 0) - (x < 0));
}

// Between the smallest and largest probability that Keras allows; NaN stays.
template <std::floating_point T>
T clip_probability(T p) {
  return std::clamp(p, static_cast<T>(kEpsilon), static_cast<T>(1) - static_cast<T>(kEpsilon));
}

// False where clip_probability is flat.
template <std::floating_point T>
bool moves(T p) {
  return clip_probability(p) == p;
}

// log(1 + exp(x)) without overflow.
template <std::floating_point T>
T softplus(T x) {
  return std::max(x, static_cast<T>(0)) + std::log1p(std::exp(-std::abs(x)));
}

template <std::floating_point T>
T sigmoid(T x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const T e = std::exp(x);
  return e / (1 + e);
}

// log(Σ exp(z))
template <std::floating_point T>
double log_sum_exp(const T* z, Index n) {
  T largest = -std::numeric_limits<T>::infinity();
  for (Index i = 0; i < n; ++i) largest = std::max(largest, z[i]);
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += std::exp(z[i] - largest);
  return static_cast<double>(largest) + std::log(sum);
}

template <std::floating_point T>
double sum_of(const T* x, Index n) {
  double sum = 0;
  for (Index i = 0; i < n; ++i) sum += x[i];
  return sum;
}

// --- Crossentropies --------------------------------------------------------------------------------------------------

template <class T>
void binary_crossentropy(const losses::BinaryCrossentropy& loss, const BasicLossRows<T>& rows) {
  const T keep = static_cast<T>(1 - loss.label_smoothing);
  const T add = static_cast<T>(0.5 * loss.label_smoothing);
  if (loss.from_logits) {
    return mean_of_elements(
        rows, [=](T y, T z) { return (y * keep + add) * softplus(-z) + (1 - (y * keep + add)) * softplus(z); },
        [=](T y, T z) { return sigmoid(z) - (y * keep + add); });
  }
  const auto value = [=](T y, T p) {
    const T target = y * keep + add;
    const T q = clip_probability(p);
    return -(target * std::log(q) + (1 - target) * std::log(1 - q));
  };
  if (rows.through == OutputActivation::sigmoid) {
    return mean_of_elements(rows, value, [=](T y, T p) { return p - (y * keep + add); });
  }
  mean_of_elements(rows, value, [=](T y, T p) {
    const T target = y * keep + add;
    return moves(p) ? (p - target) / (p * (1 - p)) : p * 0;
  });
}

// The row loss -Σ target_i log q_i for q = z of a softmax (`from_logits`) or p / Σp, clipped. `target(i)` is target i.
template <class T, class Target>
double crossentropy_row(const T* p, Index n, bool from_logits, OutputActivation through, T* d, T f, Target target) {
  double loss = 0;
  double targets = 0;
  if (from_logits) {
    const double log_sum = log_sum_exp(p, n);
    for (Index i = 0; i < n; ++i) {
      loss -= target(i) * (p[i] - log_sum);
      targets += target(i);
    }
    if (d) {
      for (Index i = 0; i < n; ++i) {
        d[i] = static_cast<T>(targets * std::exp(p[i] - log_sum) - static_cast<double>(target(i))) * f;
      }
    }
    return loss;
  }
  const double sum = sum_of(p, n);
  double moving = 0;  // Σ target_i over the classes whose probability is not clipped
  for (Index i = 0; i < n; ++i) {
    const T q = static_cast<T>(p[i] / sum);
    loss -= target(i) * std::log(clip_probability(q));
    targets += target(i);
    if (moves(q)) moving += target(i);
  }
  if (d && through == OutputActivation::softmax) {
    for (Index i = 0; i < n; ++i) d[i] = static_cast<T>(targets * p[i] - target(i)) * f;
  } else if (d) {
    for (Index i = 0; i < n; ++i) {
      const double own = moves(static_cast<T>(p[i] / sum)) ? target(i) / static_cast<double>(p[i]) : 0.0;
      d[i] = static_cast<T>(moving / sum - own) * f;
    }
  }
  return loss;
}

template <class T>
void categorical_crossentropy(const losses::CategoricalCrossentropy& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  const T keep = static_cast<T>(1 - loss.label_smoothing);
  const T add = static_cast<T>(loss.label_smoothing / static_cast<double>(n));
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    return crossentropy_row(p, n, loss.from_logits, rows.through, d, f, [=](Index i) { return y[i] * keep + add; });
  });
}

template <class T>
void sparse_categorical_crossentropy(const losses::SparseCategoricalCrossentropy& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    const auto label = static_cast<Index>(*y);
    if (loss.ignore_class && label == *loss.ignore_class) {
      if (d) std::fill_n(d, n, T{0});
      return 0.0;
    }
    return crossentropy_row(p, n, loss.from_logits, rows.through, d, f,
                            [label](Index i) { return static_cast<T>(i == label); });
  });
}

template <class T>
void binary_focal_crossentropy(const losses::BinaryFocalCrossentropy& loss, const BasicLossRows<T>& rows) {
  const T keep = static_cast<T>(1 - loss.label_smoothing);
  const T add = static_cast<T>(0.5 * loss.label_smoothing);
  const T gamma = static_cast<T>(loss.gamma);
  const auto balance = [&loss](T y) {
    return loss.apply_class_balancing ? y * static_cast<T>(loss.alpha) + (1 - y) * static_cast<T>(1 - loss.alpha)
                                      : T{1};
  };
  // With the probability q: miss(q)^gamma · bce(q), miss = 1 - p_t.
  const auto miss = [](T y, T q) { return 1 - (y * q + (1 - y) * (1 - q)); };
  const auto bce = [](T y, T q) {
    const T c = clip_probability(q);
    return -(y * std::log(c) + (1 - y) * std::log(1 - c));
  };
  mean_of_elements(
      rows,
      [=, &loss](T label, T x) {
        const T y = label * keep + add;
        const T q = loss.from_logits ? sigmoid(x) : x;
        return balance(y) * std::pow(miss(y, q), gamma) * bce(y, q);
      },
      [=, &loss](T label, T x) {
        const T y = label * keep + add;
        const T q = loss.from_logits ? sigmoid(x) : x;
        const T m = miss(y, q);
        const T bce_slope = moves(q) ? (q - y) / (q * (1 - q)) : T{0};
        const T factor_slope = gamma == 0 ? T{0} : gamma * std::pow(m, gamma - 1) * (1 - 2 * y);
        const T slope = balance(y) * (factor_slope * bce(y, q) + std::pow(m, gamma) * bce_slope);
        return loss.from_logits ? slope * q * (1 - q) : slope;
      });
}

template <class T>
void categorical_focal_crossentropy(const losses::CategoricalFocalCrossentropy& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  const T keep = static_cast<T>(1 - loss.label_smoothing);
  const T add = static_cast<T>(loss.label_smoothing / static_cast<double>(n));
  const double gamma = loss.gamma;
  const std::vector<double>& alphas = loss.alpha.values();
  const auto alpha = [&](Index i) { return alphas[alphas.size() == 1 ? 0 : static_cast<std::size_t>(i)]; };
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    // q = p / sum for probabilities, exp(p - log_sum) for logits.
    const double log_sum = loss.from_logits ? log_sum_exp(p, n) : 0.0;
    const double sum = loss.from_logits ? 1.0 : sum_of(p, n);
    const auto probability = [&](Index i) {
      return static_cast<T>(loss.from_logits ? std::exp(p[i] - log_sum) : p[i] / sum);
    };
    // dloss/dq_i, 0 where q is clipped.
    const auto slope = [&](Index i) {
      const double q = probability(i);
      if (!moves(probability(i))) return 0.0;
      const double target = y[i] * keep + add;
      const double factor = gamma == 0 ? 0.0 : gamma * std::pow(1 - q, gamma - 1) * std::log(q);
      return alpha(i) * target * (factor - std::pow(1 - q, gamma) / q);
    };
    double value = 0;
    double mixed = 0;  // Σ slope_i q_i
    for (Index i = 0; i < n; ++i) {
      const double q = clip_probability(probability(i));
      value -= alpha(i) * std::pow(1 - q, gamma) * (y[i] * keep + add) * std::log(q);
      if (d) mixed += slope(i) * static_cast<double>(probability(i));
    }
    if (d) {
      for (Index i = 0; i < n; ++i) {
        const double outer = loss.from_logits ? static_cast<double>(probability(i)) : 1 / sum;
        d[i] = static_cast<T>((slope(i) - mixed) * outer) * f;
      }
    }
    return value;
  });
}

template <class T>
void generalized_crossentropy(const losses::CategoricalGeneralizedCrossEntropy& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    const auto label = static_cast<Index>(*y);
    if (d) {
      std::fill_n(d, n, T{0});
      d[label] = static_cast<T>(-std::pow(static_cast<double>(p[label]), loss.q - 1)) * f;
    }
    return (1 - std::pow(static_cast<double>(p[label]), loss.q)) / loss.q;
  });
}

// --- Others that do not go element by element ------------------------------------------------------------------------

template <class T>
void kl_divergence(const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  const T low = static_cast<T>(kEpsilon);
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    double sum = 0;
    for (Index i = 0; i < n; ++i) {
      const T target = std::clamp(y[i], low, T{1});
      const T q = std::clamp(p[i], low, T{1});
      sum += target * std::log(target / q);
      if (d) d[i] = q == p[i] ? -target / q * f : T{0};
    }
    return sum;
  });
}

// Both vectors divided by max(their length, eps).
template <class T>
void cosine_similarity(const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    double yy = 0, pp = 0, yp = 0;
    for (Index i = 0; i < n; ++i) {
      yy += static_cast<double>(y[i]) * y[i];
      pp += static_cast<double>(p[i]) * p[i];
      yp += static_cast<double>(y[i]) * p[i];
    }
    const double y_length = std::max(std::sqrt(yy), kEpsilon);
    const double p_length = std::max(std::sqrt(pp), kEpsilon);
    const double cosine = yp / (y_length * p_length);
    if (d) {
      const double along = std::sqrt(pp) > kEpsilon ? cosine / (p_length * p_length) : 0.0;
      for (Index i = 0; i < n; ++i) d[i] = static_cast<T>(along * p[i] - y[i] / (y_length * p_length)) * f;
    }
    return -cosine;
  });
}

template <class T>
void categorical_hinge(const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    double positive = 0;
    Index worst = 0;
    for (Index i = 0; i < n; ++i) {
      positive += static_cast<double>(y[i]) * p[i];
      if ((1 - y[i]) * p[i] > (1 - y[worst]) * p[worst]) worst = i;
    }
    const double margin = n > 0 ? (1 - y[worst]) * p[worst] - positive + 1 : 0.0;
    if (d) {
      const T on = margin > 0 ? f : T{0};
      for (Index i = 0; i < n; ++i) d[i] = -y[i] * on;
      if (n > 0) d[worst] += (1 - y[worst]) * on;
    }
    return margin < 0 ? 0.0 : margin;  // NaN stays
  });
}

}  // namespace wavetrain::loss_math
