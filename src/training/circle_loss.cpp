#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "training/loss_math.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::losses {
namespace {

// A pair of samples: f, the exponent that it adds, and its derivative with respect to the distance d.
struct Pair {
  double value, slope;
};

Pair pair_of_one_class(const Circle& loss, double d) {
  const double weight = std::max(loss.margin + d, 0.0);
  const double gap = loss.margin - d;
  return {-loss.gamma * weight * gap, -loss.gamma * ((weight > 0 ? gap : 0.0) - weight)};
}

Pair pair_of_two_classes(const Circle& loss, double d) {
  const double weight = std::max(1 + loss.margin - d, 0.0);
  const double gap = 1 - loss.margin - d;
  return {loss.gamma * weight * gap, loss.gamma * ((weight > 0 ? -gap : 0.0) - weight)};
}

// log Σ exp over the pairs for which use(j), minus infinity without any.
template <class Use>
double log_sum(const std::vector<Pair>& pairs, Use use) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < pairs.size(); ++j) {
    if (use(j)) largest = std::max(largest, pairs[j].value);
  }
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (std::size_t j = 0; j < pairs.size(); ++j) {
    if (use(j)) sum += std::exp(pairs[j].value - largest);
  }
  return largest + std::log(sum);
}

template <class T>
void circle(const Circle& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.rows, width = rows.shape.width;
  thread_local std::vector<Pair> pairs;  // of one sample with all; grows once
  thread_local std::vector<double> cosines;
  pairs.resize(static_cast<std::size_t>(n));
  cosines.resize(static_cast<std::size_t>(n));
  if (rows.gradient) std::fill_n(rows.gradient, n * width, T{0});
  for (Index i = 0; i < n; ++i) {
    const T* const a = rows.y_pred + i * width;
    const auto same = [&](std::size_t j) { return rows.y_true[j] == rows.y_true[i]; };
    const auto positive = [&](std::size_t j) {
      return same(j) && !(loss.remove_diagonal && static_cast<Index>(j) == i);
    };
    const auto negative = [&](std::size_t j) { return !same(j); };
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      const T* const b = rows.y_pred + static_cast<Index>(j) * width;
      double cosine = 0;
      for (Index k = 0; k < width; ++k) cosine += static_cast<double>(a[k]) * b[k];
      cosines[j] = cosine;
      const double d = std::max(1 - cosine, 0.0);
      pairs[j] = same(j) ? pair_of_one_class(loss, d) : pair_of_two_classes(loss, d);
    }
    const double p = log_sum(pairs, positive), q = log_sum(pairs, negative);
    rows.row_loss[i] = static_cast<T>(loss_math::softplus(p + q));
    if (!rows.gradient || std::isinf(p) || std::isinf(q)) continue;
    const double f =
        (rows.weights ? static_cast<double>(rows.weights[i]) : 1.0) * rows.scale * loss_math::sigmoid(p + q);
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      if (!(positive(j) || negative(j)) || cosines[j] >= 1) continue;  // the distance is flat beyond 1
      const double share = std::exp(pairs[j].value - (same(j) ? p : q));
      const double slope = -f * share * pairs[j].slope;  // d d / d cosine = -1
      const T* const b = rows.y_pred + static_cast<Index>(j) * width;
      T* const da = rows.gradient + i * width;
      T* const db = rows.gradient + static_cast<Index>(j) * width;
      for (Index k = 0; k < width; ++k) {
        const auto to_a = static_cast<T>(slope * b[k]), to_b = static_cast<T>(slope * a[k]);
        da[k] += to_a;
        db[k] += to_b;
      }
    }
  }
}

// Without an example of its own class, or without one of another.
bool lonely(const Circle& loss, const float* y_true, Index rows, Index row) {
  Index same = 0;
  for (Index j = 0; j < rows; ++j) same += y_true[j] == y_true[row];
  return same == rows || same <= (loss.remove_diagonal ? 1 : 0);
}

}  // namespace

LossShape Circle::shape(const Shape& y_true, const Shape& y_pred) const {
  if (y_pred.rank() != 2) {
    throw ValueError("Circle expects vectors of shape (samples, features). Received: y_pred.shape=" +
                     to_string(y_pred));
  }
  LossShape shape = sparse_loss_shape(y_true, y_pred);
  shape.together = true;
  return shape;
}

LossFacts Circle::inspect(const float* y_true, LossShape shape) const {
  LossFacts facts;
  for (Index row = 0; row < shape.rows; ++row) facts.ignored_rows += lonely(*this, y_true, shape.rows, row);
  return facts;
}

bool Circle::ignores(const BasicLossRows<float>& batch, Index row) const {
  return lonely(*this, batch.y_true, batch.shape.rows, row);
}

void Circle::evaluate(const BasicLossRows<float>& rows) const { circle(*this, rows); }
void Circle::evaluate(const BasicLossRows<double>& rows) const { circle(*this, rows); }

}  // namespace wavetrain::losses
