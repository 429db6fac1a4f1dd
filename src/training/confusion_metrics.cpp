#include "training/decisions.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::metrics {
namespace {

constexpr double kDefaultThreshold[] = {0.5};
// Keras' minus infinity: with top_k everything among the k largest is positive.
constexpr double kLowestThreshold[] = {-1e10};

template <class T>
std::span<const double> thresholds_of(const T& metric) {
  if (metric.thresholds.has_value()) return metric.thresholds.values();
  if constexpr (requires { metric.top_k; }) {
    if (metric.top_k) return kLowestThreshold;
  }
  return kDefaultThreshold;
}

template <class T>
void add(MetricState& state, const MetricBatch& batch, const T& metric) {
  DecisionOptions options{.thresholds = thresholds_of(metric)};
  if constexpr (requires { metric.top_k; }) {
    options.top_k = metric.top_k;
    options.class_id = metric.class_id;
  }
  add_decisions(state, batch, options);
}

// value(counts) for each threshold.
template <class T, class Value>
void for_thresholds(const MetricState& state, const T& metric, std::span<double> out, Value value) {
  const std::span<const double> thresholds = thresholds_of(metric);
  for (std::size_t k = 0; k < thresholds.size(); ++k) out[k] = value(decisions_at(state, thresholds, k));
}

}  // namespace

void TruePositives::update(MetricState& state, const MetricBatch& batch) const { add(state, batch, *this); }
std::size_t TruePositives::result_size(const MetricState&) const { return thresholds_of(*this).size(); }
void TruePositives::result(const MetricState& state, std::span<double> out) const {
  for_thresholds(state, *this, out, [](const DecisionCounts& counts) { return counts.tp; });
}

void FalsePositives::update(MetricState& state, const MetricBatch& batch) const { add(state, batch, *this); }
std::size_t FalsePositives::result_size(const MetricState&) const { return thresholds_of(*this).size(); }
void FalsePositives::result(const MetricState& state, std::span<double> out) const {
  for_thresholds(state, *this, out, [](const DecisionCounts& counts) { return counts.fp; });
}

void TrueNegatives::update(MetricState& state, const MetricBatch& batch) const { add(state, batch, *this); }
std::size_t TrueNegatives::result_size(const MetricState&) const { return thresholds_of(*this).size(); }
void TrueNegatives::result(const MetricState& state, std::span<double> out) const {
  for_thresholds(state, *this, out, [](const DecisionCounts& counts) { return counts.tn; });
}

void FalseNegatives::update(MetricState& state, const MetricBatch& batch) const { add(state, batch, *this); }
std::size_t FalseNegatives::result_size(const MetricState&) const { return thresholds_of(*this).size(); }
void FalseNegatives::result(const MetricState& state, std::span<double> out) const {
  for_thresholds(state, *this, out, [](const DecisionCounts& counts) { return counts.fn; });
}

void Precision::update(MetricState& state, const MetricBatch& batch) const { add(state, batch, *this); }
std::size_t Precision::result_size(const MetricState&) const { return thresholds_of(*this).size(); }
void Precision::result(const MetricState& state, std::span<double> out) const {
  for_thresholds(state, *this, out,
                 [](const DecisionCounts& counts) { return ratio(counts.tp, counts.tp + counts.fp); });
}

void Recall::update(MetricState& state, const MetricBatch& batch) const { add(state, batch, *this); }
std::size_t Recall::result_size(const MetricState&) const { return thresholds_of(*this).size(); }
void Recall::result(const MetricState& state, std::span<double> out) const {
  for_thresholds(state, *this, out,
                 [](const DecisionCounts& counts) { return ratio(counts.tp, counts.tp + counts.fn); });
}

}  // namespace wavetrain::metrics
