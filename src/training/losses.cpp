#include "wavetrain/losses.hpp"

#include <algorithm>
#include <cmath>

#include "training/loss_checks.hpp"
#include "training/loss_math.hpp"

namespace wavetrain::losses {

using namespace loss_math;

namespace {

template <class T>
void squared_error(const BasicLossRows<T>& rows) {
  mean_of_elements(
      rows, [](T y, T p) { return (y - p) * (y - p); }, [](T y, T p) { return 2 * (p - y); });
}

template <class T>
void absolute_error(const BasicLossRows<T>& rows) {
  mean_of_elements(
      rows, [](T y, T p) { return std::abs(y - p); }, [](T y, T p) { return sign(p - y); });
}

template <class T>
void absolute_percentage_error(const BasicLossRows<T>& rows) {
  const auto share = [](T y) { return 100 / std::max(std::abs(y), static_cast<T>(kEpsilon)); };
  mean_of_elements(
      rows, [=](T y, T p) { return std::abs(y - p) * share(y); }, [=](T y, T p) { return sign(p - y) * share(y); });
}

template <class T>
void squared_logarithmic_error(const BasicLossRows<T>& rows) {
  const auto log = [](T x) { return std::log(std::max(x, static_cast<T>(kEpsilon)) + 1); };
  mean_of_elements(
      rows, [=](T y, T p) { return (log(p) - log(y)) * (log(p) - log(y)); },
      [=](T y, T p) { return p < static_cast<T>(kEpsilon) ? T{0} : 2 * (log(p) - log(y)) / (p + 1); });
}

template <class T>
void huber(const BasicLossRows<T>& rows, T delta) {
  mean_of_elements(
      rows,
      [=](T y, T p) {
        const T e = std::abs(p - y);
        return e <= delta ? e * e / 2 : delta * e - delta * delta / 2;
      },
      [=](T y, T p) { return std::abs(p - y) <= delta ? p - y : delta * sign(p - y); });
}

template <class T>
void log_cosh(const BasicLossRows<T>& rows) {
  mean_of_elements(
      rows, [](T y, T p) { return (p - y) + softplus(-2 * (p - y)) - std::log(static_cast<T>(2)); },
      [](T y, T p) { return std::tanh(p - y); });
}

template <class T>
void poisson(const BasicLossRows<T>& rows) {
  const T eps = static_cast<T>(kEpsilon);
  mean_of_elements(
      rows, [=](T y, T p) { return p - y * std::log(p + eps); }, [=](T y, T p) { return 1 - y / (p + eps); });
}

template <class T>
void hinge(const BasicLossRows<T>& rows) {
  const T a = rows.facts.binary_labels ? T{2} : T{1};
  const T b = rows.facts.binary_labels ? T{-1} : T{0};
  mean_of_elements(
      rows, [=](T y, T p) { return std::max(1 - (a * y + b) * p, T{0}); },
      [=](T y, T p) { return 1 - (a * y + b) * p > 0 ? -(a * y + b) : T{0}; });
}

template <class T>
void squared_hinge(const BasicLossRows<T>& rows) {
  const T a = rows.facts.binary_labels ? T{2} : T{1};
  const T b = rows.facts.binary_labels ? T{-1} : T{0};
  const auto margin = [=](T y, T p) { return std::max(1 - (a * y + b) * p, T{0}); };
  mean_of_elements(
      rows, [=](T y, T p) { return margin(y, p) * margin(y, p); },
      [=](T y, T p) { return -2 * margin(y, p) * (a * y + b); });
}

}  // namespace

void MeanSquaredError::evaluate(const BasicLossRows<float>& rows) const { squared_error(rows); }
void MeanSquaredError::evaluate(const BasicLossRows<double>& rows) const { squared_error(rows); }

void MeanAbsoluteError::evaluate(const BasicLossRows<float>& rows) const { absolute_error(rows); }
void MeanAbsoluteError::evaluate(const BasicLossRows<double>& rows) const { absolute_error(rows); }

void MeanAbsolutePercentageError::evaluate(const BasicLossRows<float>& rows) const { absolute_percentage_error(rows); }
void MeanAbsolutePercentageError::evaluate(const BasicLossRows<double>& rows) const { absolute_percentage_error(rows); }

void MeanSquaredLogarithmicError::evaluate(const BasicLossRows<float>& rows) const { squared_logarithmic_error(rows); }
void MeanSquaredLogarithmicError::evaluate(const BasicLossRows<double>& rows) const { squared_logarithmic_error(rows); }

void Huber::evaluate(const BasicLossRows<float>& rows) const { huber(rows, static_cast<float>(delta)); }
void Huber::evaluate(const BasicLossRows<double>& rows) const { huber(rows, delta); }

void LogCosh::evaluate(const BasicLossRows<float>& rows) const { log_cosh(rows); }
void LogCosh::evaluate(const BasicLossRows<double>& rows) const { log_cosh(rows); }

void Poisson::evaluate(const BasicLossRows<float>& rows) const { poisson(rows); }
void Poisson::evaluate(const BasicLossRows<double>& rows) const { poisson(rows); }

void KLDivergence::evaluate(const BasicLossRows<float>& rows) const { kl_divergence(rows); }
void KLDivergence::evaluate(const BasicLossRows<double>& rows) const { kl_divergence(rows); }

LossShape CosineSimilarity::shape(const Shape& y_true, const Shape& y_pred) const {
  return dense_loss_shape(y_true, y_pred, axis);
}
void CosineSimilarity::evaluate(const BasicLossRows<float>& rows) const { cosine_similarity(rows); }
void CosineSimilarity::evaluate(const BasicLossRows<double>& rows) const { cosine_similarity(rows); }

LossFacts Hinge::inspect(const float* y_true, LossShape shape) const { return inspect_hinge_labels(y_true, shape); }
void Hinge::evaluate(const BasicLossRows<float>& rows) const { hinge(rows); }
void Hinge::evaluate(const BasicLossRows<double>& rows) const { hinge(rows); }

LossFacts SquaredHinge::inspect(const float* y_true, LossShape shape) const {
  return inspect_hinge_labels(y_true, shape);
}
void SquaredHinge::evaluate(const BasicLossRows<float>& rows) const { squared_hinge(rows); }
void SquaredHinge::evaluate(const BasicLossRows<double>& rows) const { squared_hinge(rows); }

void CategoricalHinge::evaluate(const BasicLossRows<float>& rows) const { categorical_hinge(rows); }
void CategoricalHinge::evaluate(const BasicLossRows<double>& rows) const { categorical_hinge(rows); }

}  // namespace wavetrain::losses
