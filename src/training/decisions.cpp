#include "training/decisions.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "training/loss_math.hpp"

namespace wavetrain {
namespace {

// The number of thresholds below p.
std::size_t thresholds_below(float p, const DecisionOptions& options) {
  if (options.even_thresholds == 0) {
    const auto below = std::count_if(options.thresholds.begin(), options.thresholds.end(),
                                     [p](double t) { return p > static_cast<float>(t); });
    const int ends = options.open_ends ? (p > -1e-7f) + (p > 1 + 1e-7f) : 0;
    return static_cast<std::size_t>(below + ends);
  }
  if (std::isnan(p)) return 0;
  const float bucket = std::ceil(std::clamp(p, 0.0f, 1.0f) * static_cast<float>(options.even_thresholds - 1)) - 1;
  return static_cast<std::size_t>(std::max(bucket, 0.0f)) + 1;
}

// True when less than k entries are larger, or equal and earlier.
bool in_top(const float* row, Index width, Index i, Index k) {
  Index before = 0;
  for (Index j = 0; j < width; ++j) before += row[j] > row[i] || (j < i && row[j] == row[i]);
  return before < k;
}

}  // namespace

void add_decisions(MetricState& state, const MetricBatch& batch, const DecisionOptions& options) {
  const LossShape shape = dense_loss_shape(batch.y_true_shape, batch.y_pred_shape);
  if (options.class_id && (batch.y_pred_shape.rank() < 2 || *options.class_id >= shape.width)) {
    throw ValueError(
        fmt::format("class_id={} needs predictions (samples, classes) with more classes. Received: shape={}",
                    *options.class_id, to_string(batch.y_pred_shape)));
  }
  if (options.per_label && batch.y_pred_shape.rank() != 2) {
    throw ValueError(fmt::format(
        "`y_pred` must have rank 2 when `multi_label=True`. Found rank {}. Full shape received for `y_pred`: {}",
        batch.y_pred_shape.rank(), to_string(batch.y_pred_shape)));
  }
  if (!options.label_weights.empty() && static_cast<Index>(options.label_weights.size()) != shape.width) {
    throw ValueError(
        fmt::format("label_weights needs {} numbers. Received: {}", shape.width, options.label_weights.size()));
  }
  const Index total = shape.rows * shape.width;
  const Index weight_count = batch.sample_weight ? batch.weight_shape.size() : 1;
  if (total > 0 && (weight_count == 0 || total % weight_count != 0)) {
    throw ValueError(fmt::format("sample_weight has shape {}, which does not fit predictions of shape {}.",
                                 to_string(batch.weight_shape), to_string(batch.y_pred_shape)));
  }
  const auto n = options.even_thresholds > 0 ? static_cast<std::size_t>(options.even_thresholds)
                                             : options.thresholds.size() + (options.open_ends ? 2 : 0);
  const std::size_t per_label = 2 * (n + 1);
  const std::size_t size = per_label * (options.per_label ? static_cast<std::size_t>(shape.width) : 1);
  if (!state.sums.empty() && state.sums.size() != size) {
    throw ValueError(fmt::format("Predictions have shape {}, unlike those before.", to_string(batch.y_pred_shape)));
  }
  state.sums.resize(size);
  for (Index e = 0; e < total; ++e) {
    const Index i = e % shape.width;
    if (options.class_id && i != *options.class_id) continue;
    const float* row = batch.y_pred + (e - i);
    std::size_t below = 0;
    if (!options.top_k || in_top(row, shape.width, i, *options.top_k)) {
      below = thresholds_below(options.from_logits ? loss_math::sigmoid(row[i]) : row[i], options);
    }
    double weight = batch.sample_weight ? double{batch.sample_weight[e * weight_count / total]} : 1.0;
    if (!options.label_weights.empty()) weight *= options.label_weights[static_cast<std::size_t>(i)];
    const std::size_t label = options.per_label ? static_cast<std::size_t>(i) * per_label : 0;
    state.sums[label + (batch.y_true[e] != 0 ? 0 : n + 1) + below] += weight;
  }
}

DecisionCounts decisions_at(const MetricState& state, std::span<const double> thresholds, std::size_t k) {
  const std::size_t n = thresholds.size();
  const auto needed = static_cast<std::size_t>(std::count_if(thresholds.begin(), thresholds.end(), [&](double t) {
    return static_cast<float>(t) <= static_cast<float>(thresholds[k]);
  }));
  DecisionCounts counts;
  for (std::size_t c = 0; c <= n; ++c) {
    (c >= needed ? counts.tp : counts.fn) += state.sums[c];
    (c >= needed ? counts.fp : counts.tn) += state.sums[n + 1 + c];
  }
  return counts;
}

}  // namespace wavetrain
