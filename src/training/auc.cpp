#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "training/decisions.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::metrics {
namespace {

char first_letter(const std::string& text) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
}

struct Point {
  double x, y;
};

enum class Curve { roc, pr, pr_gain };

// keras.metrics.AUC; the gains are those of Flach & Kull, "Precision-recall-gain curves", 2015.
Point point_on(Curve curve, const DecisionCounts& c) {
  const double recall = ratio(c.tp, c.tp + c.fn);
  if (curve == Curve::roc) return {ratio(c.fp, c.fp + c.tn), recall};
  if (curve == Curve::pr) return {recall, ratio(c.tp, c.tp + c.fp)};
  if (c.tp == 0) return {0, 1};
  const double scale = ratio(c.tp + c.fn, c.tn + c.fp);
  return {std::max(1 - scale * c.fn / c.tp, 0.0), 1 - scale * c.fp / c.tp};
}

// The area between two neighbouring thresholds, `a` the lower one, when precision is interpolated as TP grows with P.
double interpolated_pr(const DecisionCounts& a, const DecisionCounts& b) {
  const double dtp = a.tp - b.tp;
  const double pa = a.tp + a.fp;
  const double pb = b.tp + b.fp;
  const double slope = ratio(dtp, std::max(pa - pb, 0.0));
  const double intercept = b.tp - slope * pb;
  const double logarithm = pa > 0 && pb > 0 ? std::log(pa / pb) : 0.0;
  return ratio(slope * (dtp + intercept * logarithm), std::max(b.tp + b.fn, 0.0));
}

}  // namespace

void AUC::check() const {
  if (num_labels && !multi_label) throw ValueError("`num_labels` is needed only when `multi_label` is True.");
}

void AUC::update(MetricState& state, const MetricBatch& batch) const {
  DecisionOptions options{.per_label = multi_label, .from_logits = from_logits};
  if (multi_label && num_labels && batch.y_pred_shape.rank() == 2 && batch.y_pred_shape[1] != *num_labels) {
    throw ValueError(fmt::format("AUC with num_labels={} received predictions of shape {}.", *num_labels,
                                 to_string(batch.y_pred_shape)));
  }
  if (multi_label && label_weights.has_value() && batch.y_pred_shape.rank() == 2 &&
      batch.y_pred_shape[1] != static_cast<Index>(label_weights.values().size())) {
    throw ValueError(fmt::format("AUC with {} label_weights received predictions of shape {}.",
                                 label_weights.values().size(), to_string(batch.y_pred_shape)));
  }
  if (!multi_label) options.label_weights = label_weights.values();
  if (thresholds.has_value()) {
    options.thresholds = thresholds.values();
    options.open_ends = true;
  } else {
    options.even_thresholds = num_thresholds;
  }
  add_decisions(state, batch, options);
}

void AUC::result(const MetricState& state, std::span<double> out) const {
  const std::size_t n =
      thresholds.has_value() ? thresholds.values().size() + 2 : static_cast<std::size_t>(num_thresholds);
  const Curve kind = first_letter(curve) == 'r' ? Curve::roc : curve.size() == 2 ? Curve::pr : Curve::pr_gain;
  const char method = summation_method[1];  // i(n)terpolation, m(i)noring, m(a)joring
  const std::size_t labels = state.sums.size() / (2 * (n + 1));
  double weighted = 0;
  double weights = 0;
  for (std::size_t label = 0; label < labels; ++label) {
    const double* positives = state.sums.data() + label * 2 * (n + 1);
    const double* negatives = positives + n + 1;
    DecisionCounts counts;  // above the highest threshold: nothing
    for (std::size_t c = 0; c <= n; ++c) {
      counts.fn += positives[c];
      counts.tn += negatives[c];
    }
    const auto lower = [&](std::size_t c) {
      counts.tp += positives[c];
      counts.fn -= positives[c];
      counts.fp += negatives[c];
      counts.tn -= negatives[c];
    };
    lower(n);
    double area = 0;
    for (std::size_t c = n - 1; c >= 1; --c) {
      const DecisionCounts higher = counts;
      lower(c);
      if (kind == Curve::pr && method == 'n') {
        area += interpolated_pr(counts, higher);
        continue;
      }
      const Point a = point_on(kind, counts);
      const Point b = point_on(kind, higher);
      const double height = method == 'n' ? (a.y + b.y) / 2 : method == 'i' ? std::min(a.y, b.y) : std::max(a.y, b.y);
      area += (a.x - b.x) * height;
    }
    const bool by_label = multi_label && label_weights.has_value();
    const double weight = by_label ? label_weights.values()[label] : 1.0;
    weighted += area * weight;
    weights += weight;
  }
  out[0] = ratio(weighted, weights);
}

}  // namespace wavetrain::metrics
