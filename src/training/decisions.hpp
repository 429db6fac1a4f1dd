// How many positives and negatives lie above each of n thresholds.
//
// Kept as two histograms over c = the number of thresholds below a prediction, 0 .. n, for each label: positives
// [0, n], then negatives. A prediction is above threshold t when at least as many thresholds lie below it as are <= t.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "wavetrain/loss.hpp"
#include "wavetrain/metric.hpp"

namespace wavetrain {

struct DecisionOptions {
  std::span<const double> thresholds{};  // any order; compared in float32
  bool open_ends = false;                // and one below and one above all of [0, 1]
  Index even_thresholds = 0;             // instead: this many, -eps, 1/(n-1), ..., 1+eps; predictions clipped to [0, 1]
  std::optional<Index> top_k = {};       // only the k largest of a row can be above any threshold
  std::optional<Index> class_id = {};    // only this entry of each row counts
  std::span<const double> label_weights{};  // factor of each entry of a row, empty for 1
  bool per_label = false;                   // histograms for each entry of a row
  bool from_logits = false;                 // sigmoid first
};

// Throws ValueError when shapes do not go together.
void add_decisions(MetricState& state, const MetricBatch& batch, const DecisionOptions& options);

struct DecisionCounts {
  double tp = 0, fp = 0, tn = 0, fn = 0;
};

// 0 for 0 / 0, as Keras divides counts.
inline double ratio(double part, double whole) { return whole == 0 ? 0.0 : part / whole; }

// The counts at threshold `k` (one label).
DecisionCounts decisions_at(const MetricState& state, std::span<const double> thresholds, std::size_t k);

}  // namespace wavetrain
