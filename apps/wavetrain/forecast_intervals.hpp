// Intervals around the forecasts of one network, of several kinds, and what they hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "forecasts.hpp"

namespace wavetrain::app {

// Absent: not asked for, or too few rows to learn from.
struct IntervalSummary {
  std::optional<series::IntervalScore> fixed;     // as the validation rows made them
  std::optional<series::IntervalScore> adaptive;  // adapted as the truth comes in
  // Of a network with quantiles, for comparison: as it gives them, and conformal ones around its medians.
  std::optional<series::IntervalScore> uncorrected, symmetric, symmetric_adaptive;

  bool empty() const { return !fixed && !uncorrected; }
};
// Means over origins, each of those that have a score.
IntervalSummary mean_of(const std::vector<IntervalSummary>& origins);

// The `interval` of the JSON report; the lines below the scores.
Config to_config(const IntervalSummary& summary, double level, bool quantiles);
std::string interval_text(const IntervalSummary& summary, double level);

// Forecasts and what came.
struct Outcome {
  Forecasts forecasts;
  Array truth;
};

struct IntervalStudy {
  IntervalSummary summary;
  series::Bounds shown;              // around the scored forecasts: adapted where that is possible
  series::ForecastIntervals stored;  // learnt from all rows that the network was not trained on; may be empty
  std::string note;                  // why there is less than asked for; or empty
};
// `known` (validation rows) teaches, `scored` is what intervals are for; a forecast knows its truth `delay` windows
// later.
IntervalStudy study_intervals(double level, Index delay, const Outcome& known, const Outcome& scored);

}  // namespace wavetrain::app
