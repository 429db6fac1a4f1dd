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

// log Σ exp over the pairs for which use(j), minus infinity without any, NaN with one that is NaN.
template <class Use>
double log_sum(const std::vector<Pair>& pairs, Use use) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < pairs.size(); ++j) {
    if (use(j) && !(pairs[j].value <= largest)) largest = pairs[j].value;
    if (std::isnan(largest)) return largest;
  }
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (std::size_t j = 0; j < pairs.size(); ++j) {
    if (use(j)) sum += std::exp(pairs[j].value - largest);
  }
  return largest + std::log(sum);
}

// One sample and all others. Its vectors grow once.
template <class T>
struct Sample {
  std::vector<Pair> pairs;
  std::vector<double> cosines;
  double p = 0, q = 0;  // log_sum over its own class and over the others

  static Sample& of_this_thread() {
    thread_local Sample sample;
    return sample;
  }

  void look_at(const Circle& loss, const T* y_true, const T* y_pred, LossShape shape, Index i) {
    pairs.resize(static_cast<std::size_t>(shape.rows));
    cosines.resize(pairs.size());
    const T* const a = y_pred + i * shape.width;
    const auto same = [&](std::size_t j) { return y_true[j] == y_true[i]; };
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      const T* const b = y_pred + static_cast<Index>(j) * shape.width;
      double cosine = 0;
      for (Index k = 0; k < shape.width; ++k) cosine += static_cast<double>(a[k]) * b[k];
      // Beyond the range of T Keras has an infinity, and NaN from it.
      if (std::abs(cosine) > static_cast<double>(std::numeric_limits<T>::max())) cosine *= HUGE_VAL;
      cosines[j] = cosine;
      const double d = cosine >= 1 ? 0 : 1 - cosine;
      pairs[j] = same(j) ? pair_of_one_class(loss, d) : pair_of_two_classes(loss, d);
    }
    p = log_sum(pairs, [&](std::size_t j) { return same(j) && !(loss.remove_diagonal && static_cast<Index>(j) == i); });
    q = log_sum(pairs, [&](std::size_t j) { return !same(j); });
  }

  double value() const { return loss_math::softplus(p + q); }
  // In Keras only losses above 0 count, on processors that take smaller numbers for 0; so a sample that lacks an example
  // of either kind does not, nor does one that lies perfectly.
  bool counts() const { return value() >= static_cast<double>(std::numeric_limits<T>::min()); }
};

template <class T>
void circle(const Circle& loss, const BasicLossRows<T>& rows) {
  const Index n = rows.shape.rows, width = rows.shape.width;
  Sample<T>& sample = Sample<T>::of_this_thread();
  if (rows.gradient) std::fill_n(rows.gradient, n * width, T{0});
  for (Index i = 0; i < n; ++i) {
    sample.look_at(loss, rows.y_true, rows.y_pred, rows.shape, i);
    rows.row_loss[i] = static_cast<T>(sample.value());
    if (!rows.gradient || sample.value() == 0) continue;
    const double f = (rows.weights ? static_cast<double>(rows.weights[i]) : 1.0) * rows.scale *
                     loss_math::sigmoid(sample.p + sample.q);
    const T* const a = rows.y_pred + i * width;
    for (std::size_t j = 0; j < sample.pairs.size(); ++j) {
      const bool same = rows.y_true[j] == rows.y_true[i];
      if (same && loss.remove_diagonal && static_cast<Index>(j) == i) continue;
      if (sample.cosines[j] >= 1) continue;  // the distance is flat beyond 1
      const double share = std::exp(sample.pairs[j].value - (same ? sample.p : sample.q));
      const double slope = -f * share * sample.pairs[j].slope;  // d d / d cosine = -1
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

LossFacts Circle::inspect(const float* y_true, const float* y_pred, LossShape shape) const {
  Sample<float>& sample = Sample<float>::of_this_thread();
  LossFacts facts;
  for (Index row = 0; row < shape.rows; ++row) {
    sample.look_at(*this, y_true, y_pred, shape, row);
    facts.ignored_rows += !sample.counts();
  }
  return facts;
}

bool Circle::ignores(const BasicLossRows<float>& batch, Index row) const {
  Sample<float>& sample = Sample<float>::of_this_thread();
  sample.look_at(*this, batch.y_true, batch.y_pred, batch.shape, row);
  return !sample.counts();
}

void Circle::evaluate(const BasicLossRows<float>& rows) const { circle(*this, rows); }
void Circle::evaluate(const BasicLossRows<double>& rows) const { circle(*this, rows); }

}  // namespace wavetrain::losses
