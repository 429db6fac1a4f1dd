#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wavetrain/metrics.hpp"

namespace wavetrain {

namespace metrics {
namespace {

// Adds value(i) for i < count, `count` / `samples` of them for each sample.
template <class Value>
void add_values(MetricState& state, const MetricBatch& given, Index count, Index samples, Value value) {
  state.scratch.resize(std::max(state.scratch.size(), static_cast<std::size_t>(count)));
  for (Index i = 0; i < count; ++i) state.scratch[static_cast<std::size_t>(i)] = static_cast<float>(value(i));
  const MetricBatch batch = given.heeding_mask();
  const std::span<const float> values(state.scratch.data(), static_cast<std::size_t>(count));
  add_to_mean(state, values, samples, batch.sample_weight, batch.weight_shape, batch.masked_weight != nullptr);
}

MetricBatch without_mask(MetricBatch batch) {
  batch.masked_weight = nullptr;
  return batch;
}

Index sample_count(const Shape& shape) { return shape.rank() == 0 ? 1 : shape[0]; }

// A value for each number; value(y, p).
template <class Value>
void add_elements(MetricState& state, const MetricBatch& batch, Value value) {
  const LossShape shape = dense_loss_shape(batch.y_true_shape, batch.y_pred_shape);
  add_values(state, batch, shape.rows * shape.width, sample_count(batch.y_pred_shape),
             [&](Index i) { return value(batch.y_true[i], batch.y_pred[i]); });
}

// A value for each row; value(y, p).
template <class Value>
void add_rows(MetricState& state, const MetricBatch& batch, const LossShape& shape, Value value) {
  add_values(state, batch, shape.rows, sample_count(batch.y_pred_shape), [&](Index row) {
    return value(batch.y_true + row * shape.target_width, batch.y_pred + row * shape.width);
  });
}

// The first largest; NaN is larger than any number.
Index argmax(const float* x, Index n) {
  Index best = 0;
  for (Index i = 1; i < n && !std::isnan(x[best]); ++i) {
    if (x[i] > x[best] || std::isnan(x[i])) best = i;
  }
  return best;
}

// Less than k of the n predictions are larger than that of `label`. A label that is not there is never in.
bool in_top_k(float label, const float* p, Index n, Index k) {
  if (!(label >= 0 && label < static_cast<float>(n))) return false;
  const float own = p[static_cast<Index>(label)];
  if (std::isnan(own)) return false;
  return std::count_if(p, p + n, [own](float x) { return x > own; }) < k;
}

}  // namespace

void Mean::update(MetricState& state, const MetricBatch& batch) const {
  add_values(state, without_mask(batch), batch.y_pred_shape.size(), sample_count(batch.y_pred_shape),
             [&](Index i) { return batch.y_pred[i]; });
}

void Sum::update(MetricState& state, const MetricBatch& batch) const {
  state.sums.resize(1);
  const Index count = batch.y_pred_shape.size();
  const Index groups = batch.sample_weight ? batch.weight_shape.size() : count;
  if (count > 0 && (groups == 0 || count % groups != 0)) {
    throw ValueError(fmt::format("sample_weight has shape {}, which does not fit values of shape {}.",
                                 to_string(batch.weight_shape), to_string(batch.y_pred_shape)));
  }
  for (Index i = 0; i < count; ++i) {
    state.sums[0] += batch.y_pred[i] * (batch.sample_weight ? double{batch.sample_weight[i * groups / count]} : 1.0);
  }
}

void Sum::result(const MetricState& state, std::span<double> out) const { out[0] = state.sums[0]; }

void RootMeanSquaredError::update(MetricState& state, const MetricBatch& batch) const {
  add_elements(state, without_mask(batch), [](float y, float p) { return (p - y) * (p - y); });
}

void RootMeanSquaredError::result(const MetricState& state, std::span<double> out) const {
  out[0] = std::sqrt(mean_of(state));
}

void Accuracy::update(MetricState& state, const MetricBatch& batch) const {
  add_elements(state, batch, [](float y, float p) { return y == p; });
}

void BinaryAccuracy::update(MetricState& state, const MetricBatch& batch) const {
  const auto limit = static_cast<float>(threshold);
  add_elements(state, batch, [limit](float y, float p) { return y == (p > limit ? 1.0f : 0.0f); });
}

void CategoricalAccuracy::update(MetricState& state, const MetricBatch& batch) const {
  const LossShape shape = dense_loss_shape(batch.y_true_shape, batch.y_pred_shape);
  add_rows(state, batch, shape,
           [&](const float* y, const float* p) { return argmax(y, shape.width) == argmax(p, shape.width); });
}

void SparseCategoricalAccuracy::update(MetricState& state, const MetricBatch& batch) const {
  const LossShape shape = sparse_loss_shape(batch.y_true_shape, batch.y_pred_shape);
  add_rows(state, batch, shape,
           [&](const float* y, const float* p) { return *y == static_cast<float>(argmax(p, shape.width)); });
}

void TopKCategoricalAccuracy::update(MetricState& state, const MetricBatch& batch) const {
  const LossShape shape = dense_loss_shape(batch.y_true_shape, batch.y_pred_shape);
  add_rows(state, batch, shape, [&](const float* y, const float* p) {
    return in_top_k(static_cast<float>(argmax(y, shape.width)), p, shape.width, k);
  });
}

void SparseTopKCategoricalAccuracy::update(MetricState& state, const MetricBatch& batch) const {
  const LossShape shape = sparse_loss_shape(batch.y_true_shape, batch.y_pred_shape);
  add_rows(state, batch, shape, [&](const float* y, const float* p) {
    if (from_sorted_ids) return std::find(p, p + std::min(k, shape.width), *y) != p + std::min(k, shape.width);
    return in_top_k(*y, p, shape.width, k);
  });
}

void CompiledAccuracy::update(MetricState& state, const MetricBatch& batch) const {
  // Not made anew for each batch: their names are too long to fit into a string without memory of its own.
  static const BinaryAccuracy binary;
  static const SparseCategoricalAccuracy sparse;
  static const CategoricalAccuracy categorical;
  switch (target_kind(batch.y_true_shape, batch.y_pred_shape)) {
    case TargetKind::binary: return binary.update(state, batch);
    case TargetKind::sparse: return sparse.update(state, batch);
    case TargetKind::categorical: return categorical.update(state, batch);
  }
}

}  // namespace metrics
}  // namespace wavetrain
