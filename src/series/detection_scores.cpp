// How good anomaly scores are against labels.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/series/anomaly.hpp"

namespace wavetrain::series {
namespace {

void require_labels(std::span<const double> scores, std::span<const char> labels) {
  if (scores.size() == labels.size()) return;
  throw ValueError(fmt::format("Expected one label for each of {} scores. Received: {}", scores.size(), labels.size()));
}

DetectionScores count(const std::vector<char>& detected, std::span<const char> labels) {
  DetectionScores scores;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] != 0) ++(detected[i] != 0 ? scores.true_positives : scores.false_negatives);
    else ++(detected[i] != 0 ? scores.false_positives : scores.true_negatives);
  }
  const auto ratio = [](Index part, Index whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  scores.precision = ratio(scores.true_positives, scores.true_positives + scores.false_positives);
  scores.recall = ratio(scores.true_positives, scores.true_positives + scores.false_negatives);
  scores.f1 =
      ratio(2 * scores.true_positives, 2 * scores.true_positives + scores.false_positives + scores.false_negatives);
  return scores;
}

std::vector<char> above(std::span<const double> scores, double threshold) {
  std::vector<char> detected;
  for (const double score : scores) detected.push_back(score > threshold);
  return detected;
}

// Rows from the highest score to the lowest; those without one come last.
std::vector<std::size_t> descending(std::span<const double> scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto value = [&](std::size_t i) {
    return std::isnan(scores[i]) ? -std::numeric_limits<double>::infinity() : scores[i];
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return value(a) > value(b); });
  return order;
}

// Ends of groups of equal scores in `order`: position behind the group that position i is in.
std::vector<std::size_t> group_ends(std::span<const double> scores, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> ends(order.size());
  for (std::size_t i = order.size(); i > 0; --i) {
    const bool last = i == order.size() || (scores[order[i - 1]] != scores[order[i]] &&
                                            !(std::isnan(scores[order[i - 1]]) && std::isnan(scores[order[i]])));
    ends[i - 1] = last ? i : ends[i];
  }
  return ends;
}

}  // namespace

DetectionScores score_detections(std::span<const double> scores, double threshold, std::span<const char> labels) {
  require_labels(scores, labels);
  return count(above(scores, threshold), labels);
}

DetectionScores score_point_adjusted(std::span<const double> scores, double threshold, std::span<const char> labels) {
  require_labels(scores, labels);
  std::vector<char> detected = above(scores, threshold);
  for (const RowRange& run : runs(labels)) {
    const auto first = detected.begin() + run.first, last = detected.begin() + run.last + 1;
    if (std::any_of(first, last, [](char value) { return value != 0; })) std::fill(first, last, char{1});
  }
  return count(detected, labels);
}

double auc_pr(std::span<const double> scores, std::span<const char> labels) {
  require_labels(scores, labels);
  const auto positives = std::count_if(labels.begin(), labels.end(), [](char label) { return label != 0; });
  if (positives == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::size_t> order = descending(scores), ends = group_ends(scores, order);
  double area = 0, hits = 0;
  for (std::size_t i = 0; i < order.size(); i = ends[i]) {
    const double before = hits;
    for (std::size_t k = i; k < ends[i]; ++k) hits += labels[order[k]] != 0;
    area += (hits - before) * hits / static_cast<double>(ends[i]);
  }
  return area / static_cast<double>(positives);
}

double vus_pr(std::span<const double> scores, std::span<const char> labels, Index buffer) {
  require_labels(scores, labels);
  if (buffer < 0) throw ValueError(fmt::format("A buffer has at least 0 rows. Received: {}", buffer));
  const std::vector<RowRange> anomalies = runs(labels);
  if (anomalies.empty()) return std::numeric_limits<double>::quiet_NaN();
  constexpr std::size_t kThresholds = 250;
  const auto n = static_cast<Index>(scores.size());
  const std::vector<std::size_t> order = descending(scores), ends = group_ends(scores, order);
  const double positives =
      static_cast<double>(std::count_if(labels.begin(), labels.end(), [](char l) { return l != 0; }));
  double volume = 0;
  std::vector<double> soft(labels.size());
  std::vector<Index> segment(labels.size());
  for (Index width = 0; width <= buffer; ++width) {
    for (std::size_t i = 0; i < labels.size(); ++i) soft[i] = labels[i] != 0 ? 1.0 : 0.0;
    const auto raise = [&](Index row, Index distance) {
      double& value = soft[static_cast<std::size_t>(row)];
      value = std::min(1.0, value + std::sqrt(1 - static_cast<double>(distance) / static_cast<double>(width)));
    };
    const Index half = width / 2;
    for (const RowRange& run : anomalies) {
      for (Index row = run.last + 1; row < std::min(run.last + half + 1, n); ++row) raise(row, row - run.last);
      for (Index row = std::max<Index>(run.first - half, 0); row < run.first; ++row) raise(row, run.first - row);
    }
    // Anomalies whose buffers meet are found together.
    std::fill(segment.begin(), segment.end(), Index{0});
    Index segments = 0, reached = -1;
    for (const RowRange& run : anomalies) {
      if (segments == 0 || reached < run.first - half) ++segments;
      const Index last = std::min(run.last + half, n - 1);
      for (Index row = std::max({run.first - half, reached + 1, Index{0}}); row <= last; ++row) {
        segment[static_cast<std::size_t>(row)] = segments;
      }
      reached = run.last + half;
    }
    std::vector<char> found(static_cast<std::size_t>(segments) + 1);
    double hits = 0, soft_hits = 0, recall_before = 0, area = 0;
    Index seen = 0;
    std::size_t taken = 0;
    const double step = static_cast<double>(n - 1) / (kThresholds - 1);
    for (std::size_t k = 0; k < kThresholds; ++k) {
      const auto at = k + 1 == kThresholds ? static_cast<std::size_t>(n - 1)
                                           : static_cast<std::size_t>(static_cast<double>(k) * step);
      for (; taken < ends[at]; ++taken) {
        const std::size_t row = order[taken];
        hits += soft[row];
        if (labels[row] == 0) soft_hits += soft[row];
        char& mark = found[static_cast<std::size_t>(segment[row])];
        if (segment[row] > 0 && mark == 0) {
          mark = 1;
          ++seen;
        }
      }
      const double wide = positives + soft_hits / 2;  // anomalous rows, and half of the buffers' that were detected
      const double recall = std::min(hits / wide, 1.0) * static_cast<double>(seen) / static_cast<double>(segments);
      area += (recall - recall_before) * hits / static_cast<double>(ends[at]);
      recall_before = recall;
    }
    volume += area;
  }
  return volume / static_cast<double>(buffer + 1);
}

}  // namespace wavetrain::series
