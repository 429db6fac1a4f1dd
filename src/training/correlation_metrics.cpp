#include <algorithm>
#include <cmath>

#include "training/epsilon.hpp"
#include "training/loss_checks.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::metrics {
namespace {

struct Moments {
  double y_mean = 0, p_mean = 0, y_variance = 0, p_variance = 0, covariance = 0;
};

Moments moments(const float* y, const float* p, Index n, Index stride) {
  Moments m;
  const auto count = static_cast<double>(n);
  for (Index i = 0; i < n; ++i) {
    m.y_mean += y[i * stride] / count;
    m.p_mean += p[i * stride] / count;
  }
  for (Index i = 0; i < n; ++i) {
    const double dy = y[i * stride] - m.y_mean, dp = p[i * stride] - m.p_mean;
    m.y_variance += dy * dy / count;
    m.p_variance += dp * dp / count;
    m.covariance += dy * dp / count;
  }
  return m;
}

// Adds value(moments) of each row along `axis`.
template <class Value>
void add_rows(MetricState& state, const MetricBatch& given, Index axis, Value value) {
  const MetricBatch batch = given.heeding_mask();
  const LossShape shape = dense_loss_shape(batch.y_true_shape, batch.y_pred_shape, axis);
  state.scratch.resize(std::max(state.scratch.size(), static_cast<std::size_t>(shape.rows)));
  for (Index r = 0; r < shape.rows; ++r) {
    const Index start = r / shape.inner * shape.inner * shape.width + r % shape.inner;
    const Moments m = moments(batch.y_true + start, batch.y_pred + start, shape.width, shape.inner);
    state.scratch[static_cast<std::size_t>(r)] = static_cast<float>(value(m));
  }
  // A sample is what the first dimension of the values counts; that of y_pred, unless the values run along it.
  const Index first = batch.y_pred_shape[0];
  const Index samples = first > 0 && shape.rows % first == 0 && shape.inner != shape.rows ? first : shape.rows;
  const std::span<const float> values(state.scratch.data(), static_cast<std::size_t>(shape.rows));
  add_to_mean(state, values, samples, batch.sample_weight, batch.weight_shape);
}

}  // namespace

void PearsonCorrelation::update(MetricState& state, const MetricBatch& batch) const {
  add_rows(state, batch, axis,
           [](const Moments& m) { return m.covariance / (std::sqrt(m.y_variance) * std::sqrt(m.p_variance)); });
}

void ConcordanceCorrelation::update(MetricState& state, const MetricBatch& batch) const {
  add_rows(state, batch, axis, [](const Moments& m) {
    const double shift = m.y_mean - m.p_mean;
    return 2 * m.covariance / (m.y_variance + m.p_variance + shift * shift + kEpsilon);
  });
}

}  // namespace wavetrain::metrics
