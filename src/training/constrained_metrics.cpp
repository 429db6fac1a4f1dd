// The best value of one rate among the thresholds at which another one is good enough.
#include <algorithm>

#include "training/decisions.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::metrics {
namespace {

constexpr double kOnlyThreshold[] = {0.5};

template <class T>
void add_constrained(MetricState& state, const MetricBatch& batch, const T& metric) {
  DecisionOptions options{.class_id = metric.class_id};
  if (metric.num_thresholds == 1) options.thresholds = kOnlyThreshold;
  else options.even_thresholds = metric.num_thresholds;
  add_decisions(state, batch, options);
}

double recall_of(const DecisionCounts& c) { return ratio(c.tp, c.tp + c.fn); }
double precision_of(const DecisionCounts& c) { return ratio(c.tp, c.tp + c.fp); }
double specificity_of(const DecisionCounts& c) { return ratio(c.tn, c.tn + c.fp); }

// The largest wanted(counts) over all thresholds with constrained(counts) >= limit.
template <class Rate>
double best(const MetricState& state, Index num_thresholds, double limit, Rate constrained, Rate wanted) {
  const auto n = static_cast<std::size_t>(num_thresholds);
  const double* positives = state.sums.data();
  const double* negatives = positives + n + 1;
  DecisionCounts counts;
  for (std::size_t c = 0; c <= n; ++c) {
    counts.fn += positives[c];
    counts.tn += negatives[c];
  }
  double result = 0;
  // From the highest threshold down: what has more than k thresholds below it is above threshold k.
  for (std::size_t k = n; k-- > 0;) {
    counts.tp += positives[k + 1];
    counts.fn -= positives[k + 1];
    counts.fp += negatives[k + 1];
    counts.tn -= negatives[k + 1];
    if (constrained(counts) >= limit) result = std::max(result, wanted(counts));
  }
  return result;
}

}  // namespace

void SensitivityAtSpecificity::update(MetricState& state, const MetricBatch& batch) const {
  add_constrained(state, batch, *this);
}
void SensitivityAtSpecificity::result(const MetricState& state, std::span<double> out) const {
  out[0] = best(state, num_thresholds, specificity, specificity_of, recall_of);
}

void SpecificityAtSensitivity::update(MetricState& state, const MetricBatch& batch) const {
  add_constrained(state, batch, *this);
}
void SpecificityAtSensitivity::result(const MetricState& state, std::span<double> out) const {
  out[0] = best(state, num_thresholds, sensitivity, recall_of, specificity_of);
}

void PrecisionAtRecall::update(MetricState& state, const MetricBatch& batch) const {
  add_constrained(state, batch, *this);
}
void PrecisionAtRecall::result(const MetricState& state, std::span<double> out) const {
  out[0] = best(state, num_thresholds, recall, recall_of, precision_of);
}

void RecallAtPrecision::update(MetricState& state, const MetricBatch& batch) const {
  add_constrained(state, batch, *this);
}
void RecallAtPrecision::result(const MetricState& state, std::span<double> out) const {
  out[0] = best(state, num_thresholds, precision, precision_of, recall_of);
}

}  // namespace wavetrain::metrics
