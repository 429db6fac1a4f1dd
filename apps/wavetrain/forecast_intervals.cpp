#include "forecast_intervals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wavetrain::app {
namespace {

using series::Bounds;
using series::ForecastIntervals;
using series::IntervalScore;
using Score = std::optional<IntervalScore>;

// The windows of one behind those of the other.
Array joined(const Array& first, const Array& second) {
  Shape shape = first.shape();
  shape[0] += second.shape()[0];
  Array both(shape);
  std::copy(first.begin(), first.end(), both.begin());
  std::copy(second.begin(), second.end(), both.begin() + static_cast<std::ptrdiff_t>(first.size()));
  return both;
}

Bounds joined(const Bounds& first, const Bounds& second) {
  return {joined(first.low, second.low), joined(first.high, second.high)};
}

// Learns from the bounds of `known`; throws ValueError for too few of them.
struct Conformal {
  IntervalScore fixed, adaptive;
  Bounds adapted;

  Conformal(double level, Index delay, const Bounds& known, const Array& known_truth, const Bounds& bounds,
            const Array& truth)
      : fixed(score_intervals(ForecastIntervals::fit(level, known, known_truth).around(bounds), truth)),
        adapted(widened(bounds, adaptive_radii({.level = level, .delay = delay}, known, known_truth, bounds, truth))) {
    adaptive = score_intervals(adapted, truth);
  }
};

Score mean_of(const std::vector<IntervalSummary>& origins, Score IntervalSummary::*member) {
  IntervalScore sum;
  double count = 0;
  for (const IntervalSummary& origin : origins) {
    if (!(origin.*member)) continue;
    sum.coverage += (origin.*member)->coverage;
    sum.width += (origin.*member)->width;
    ++count;
  }
  if (count == 0) return {};
  return IntervalScore{sum.coverage / count, sum.width / count};
}

std::string percent(const Score& score) { return fmt::format("{:.1f} %", 100 * score->coverage); }
std::string with_width(const Score& score) { return fmt::format("{} ({:.4g} wide)", percent(score), score->width); }

}  // namespace

IntervalSummary mean_of(const std::vector<IntervalSummary>& origins) {
  IntervalSummary mean;
  for (Score IntervalSummary::*const member :
       {&IntervalSummary::fixed, &IntervalSummary::adaptive, &IntervalSummary::uncorrected, &IntervalSummary::symmetric,
        &IntervalSummary::symmetric_adaptive}) {
    mean.*member = mean_of(origins, member);
  }
  return mean;
}

Config to_config(const IntervalSummary& summary, double level, bool quantiles) {
  Config config = Config::dict({{"level", level}, {"method", quantiles ? "quantile" : "conformal"}});
  const auto add = [&](const char* name, const Score& score) {
    if (!score) return;
    config.set(fmt::format("{}coverage", name), score->coverage);
    config.set(fmt::format("{}width", name), score->width);
  };
  add("", summary.fixed);
  add("adaptive_", summary.adaptive);
  add("uncorrected_", summary.uncorrected);
  add("symmetric_", summary.symmetric);
  add("symmetric_adaptive_", summary.symmetric_adaptive);
  return config;
}

std::string interval_text(const IntervalSummary& summary, double level) {
  std::string text;
  if (summary.fixed) {
    text += fmt::format("intervals of {:g} % hold {} of the truth, adapted as it comes in; {} as they were before\n",
                        100 * level, percent(summary.adaptive), percent(summary.fixed));
  }
  if (!summary.uncorrected) return text;
  if (summary.fixed) {
    text += fmt::format("  mean width {:.4g} adapted, {:.4g} before\n", summary.adaptive->width, summary.fixed->width);
  }
  text += fmt::format("  quantiles as the network gives them hold {}\n", with_width(summary.uncorrected));
  if (summary.symmetric) {
    text += fmt::format("  the same width around every median holds {} adapted, {} before\n",
                        with_width(summary.symmetric_adaptive), with_width(summary.symmetric));
  }
  return text;
}

IntervalStudy study_intervals(double level, Index delay, const Outcome& known, const Outcome& scored) {
  const bool quantiles = !scored.forecasts.bounds.empty();
  IntervalStudy study;
  const Bounds bounds = scored.forecasts.base();
  if (quantiles) {
    study.summary.uncorrected = score_intervals(bounds, scored.truth);
    study.shown = bounds;
  }
  if (known.truth.empty()) return study;
  const Bounds known_bounds = known.forecasts.base();
  try {
    Conformal learnt(level, delay, known_bounds, known.truth, bounds, scored.truth);
    study.summary.fixed = learnt.fixed;
    study.summary.adaptive = learnt.adaptive;
    study.shown = std::move(learnt.adapted);
    if (quantiles) {
      const Array &before = known.forecasts.values, &medians = scored.forecasts.values;
      const Conformal symmetric(level, delay, {before, before}, known.truth, {medians, medians}, scored.truth);
      study.summary.symmetric = symmetric.fixed;
      study.summary.symmetric_adaptive = symmetric.adaptive;
    }
    // For forecasts to come the scored rows, which are the latest, teach as well.
    study.stored = ForecastIntervals::fit(level, joined(known_bounds, bounds), joined(known.truth, scored.truth));
  } catch (const ValueError& error) {  // few rows are no reason to go without a forecast
    study.note = fmt::format("{}: {}", quantiles ? "quantiles are not corrected" : "no intervals", error.what());
  }
  return study;
}

}  // namespace wavetrain::app
