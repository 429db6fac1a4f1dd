// Dice and Tversky: how much two sets, given as memberships between 0 and 1, have in common.
#include "training/loss_math.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::losses {

using namespace loss_math;

namespace {

LossShape overlap_shape(const Shape& y_true, const Shape& y_pred, const std::optional<Axes>& axis) {
  static const Axes all{std::vector<Index>{}};
  return dense_loss_shape(y_true, y_pred, axis ? *axis : all);
}

// 1 - 2 S / D with D = Σ y + Σ p + eps: slope -2 (y D - S) / D².
template <class T>
void dice(const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    double common = 0;
    for (Index i = 0; i < n; ++i) common += static_cast<double>(y[i]) * p[i];
    const double all = sum_of(y, n) + sum_of(p, n) + kEpsilon;
    if (d) {
      for (Index i = 0; i < n; ++i) d[i] = static_cast<T>(-2 * (y[i] * all - common) / (all * all)) * f;
    }
    return 1 - 2 * common / all;
  });
}

// 1 - S / D with D = S + alpha Σ y (1 - p) + beta Σ p (1 - y) + eps.
template <class T>
void tversky(const Tversky& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.width;
  for_rows(rows, [&](const T* y, const T* p, T* d, T f) {
    double common = 0, missed = 0, wrong = 0;
    for (Index i = 0; i < n; ++i) {
      common += static_cast<double>(y[i]) * p[i];
      missed += static_cast<double>(y[i]) * (1 - p[i]);
      wrong += static_cast<double>(p[i]) * (1 - y[i]);
    }
    const double all = common + loss.alpha * missed + loss.beta * wrong + kEpsilon;
    if (d) {
      for (Index i = 0; i < n; ++i) {
        const double slope = y[i] - loss.alpha * y[i] + loss.beta * (1 - y[i]);  // of D
        d[i] = static_cast<T>(-(y[i] * all - common * slope) / (all * all)) * f;
      }
    }
    return 1 - common / all;
  });
}

}  // namespace

LossShape Dice::shape(const Shape& y_true, const Shape& y_pred) const { return overlap_shape(y_true, y_pred, axis); }
void Dice::evaluate(const BasicLossRows<float>& rows) const { dice(rows); }
void Dice::evaluate(const BasicLossRows<double>& rows) const { dice(rows); }

LossShape Tversky::shape(const Shape& y_true, const Shape& y_pred) const { return overlap_shape(y_true, y_pred, axis); }
void Tversky::evaluate(const BasicLossRows<float>& rows) const { tversky(*this, rows); }
void Tversky::evaluate(const BasicLossRows<double>& rows) const { tversky(*this, rows); }

}  // namespace wavetrain::losses
