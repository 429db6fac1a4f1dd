// Thresholds for anomaly scores.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/series/anomaly.hpp"

namespace wavetrain::series {
namespace {

// Linear between the two values that the position falls between.
double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (position - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

// The value exceeded with probability `risk`, by the generalised Pareto distribution of what lies above the 98 %
// quantile: with excesses y, a0 = mean y and a1 = mean of (1 - p) y over the sorted ones, shape k = a0 / (a0 - 2 a1) -
// 2 and scale 2 a0 a1 / (a0 - 2 a1).
double peaks_over_threshold(const std::vector<double>& sorted, double risk) {
  constexpr double kStart = 0.98;
  const double start = quantile(sorted, kStart);
  const auto first = std::upper_bound(sorted.begin(), sorted.end(), start);
  const auto peaks = static_cast<std::size_t>(sorted.end() - first);
  if (peaks < 10) {
    throw ValueError(fmt::format(
        "The threshold pot needs at least 10 scores above the 98 % quantile of the training scores. Received: {} of {}",
        peaks, sorted.size()));
  }
  const auto n = static_cast<double>(peaks);
  double a0 = 0, a1 = 0;
  for (std::size_t i = 0; i < peaks; ++i) {
    const double excess = first[static_cast<std::ptrdiff_t>(i)] - start;
    a0 += excess / n;
    a1 += excess * (n - static_cast<double>(i) - 0.65) / n / n;  // plotting position (i + 0.35) / n, from 1
  }
  const double shape = 2 - a0 / (a0 - 2 * a1);  // positive: a heavy tail
  const double scale = 2 * a0 * a1 / (a0 - 2 * a1);
  const double ratio = risk * static_cast<double>(sorted.size()) / n;
  if (ratio >= 1) return quantile(sorted, 1 - risk);  // not in the tail
  if (std::abs(shape) < 1e-9) return start - scale * std::log(ratio);
  return start + scale / shape * (std::pow(ratio, -shape) - 1);
}

bool parse(std::string_view text, double& value) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && rest == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

ThresholdRule threshold_rule(std::string_view text) {
  using Kind = ThresholdRule::Kind;
  const auto refuse = [&] {
    throw ValueError(
        fmt::format("Expected a threshold such as max, quantile:0.999, quantile:0.99:1.5, std:3, pot:0.001 or a "
                    "number. Received: {}",
                    text));
  };
  ThresholdRule rule;
  if (parse(text, rule.parameter)) {
    rule.kind = Kind::fixed;
    return rule;
  }
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::string_view name = parts[0];
  if (name == "max") rule.kind = Kind::max;
  else if (name == "quantile") rule.kind = Kind::quantile;
  else if (name == "std") rule.kind = Kind::deviations;
  else if (name == "pot") rule.kind = Kind::peaks;
  else refuse();
  std::size_t next = 1;
  if (rule.kind != Kind::max && (next >= parts.size() || !parse(parts[next++], rule.parameter))) refuse();
  if (next < parts.size() && !parse(parts[next++], rule.factor)) refuse();
  const bool probability = rule.kind == Kind::quantile || rule.kind == Kind::peaks;
  if (next != parts.size() || !(rule.factor > 0) || (probability && !(rule.parameter > 0 && rule.parameter < 1)))
    refuse();
  return rule;
}

std::string to_string(const ThresholdRule& rule) {
  const std::string factor = rule.factor == 1 ? "" : fmt::format(":{}", rule.factor);
  switch (rule.kind) {
    case ThresholdRule::Kind::max: return "max" + factor;
    case ThresholdRule::Kind::quantile: return fmt::format("quantile:{}{}", rule.parameter, factor);
    case ThresholdRule::Kind::deviations: return fmt::format("std:{}{}", rule.parameter, factor);
    case ThresholdRule::Kind::peaks: return fmt::format("pot:{}{}", rule.parameter, factor);
    case ThresholdRule::Kind::fixed: return fmt::format("{}", rule.parameter);
  }
  return "";
}

double learn_threshold(const ThresholdRule& rule, std::span<const double> scores) {
  if (rule.kind == ThresholdRule::Kind::fixed) return rule.parameter;
  std::vector<double> sorted;
  for (const double score : scores) {
    if (!std::isnan(score)) sorted.push_back(score);
  }
  if (sorted.empty()) throw ValueError("A threshold needs at least one score to learn from.");
  std::sort(sorted.begin(), sorted.end());
  switch (rule.kind) {
    case ThresholdRule::Kind::quantile: return rule.factor * quantile(sorted, rule.parameter);
    case ThresholdRule::Kind::deviations: {
      const auto n = static_cast<double>(sorted.size());
      const double mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
      double squares = 0;
      for (const double score : sorted) squares += (score - mean) * (score - mean);
      return rule.factor * (mean + rule.parameter * std::sqrt(squares / n));
    }
    case ThresholdRule::Kind::peaks: return rule.factor * peaks_over_threshold(sorted, rule.parameter);
    case ThresholdRule::Kind::max:
    case ThresholdRule::Kind::fixed: break;
  }
  return rule.factor * sorted.back();
}

}  // namespace wavetrain::series
