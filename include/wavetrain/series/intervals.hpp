// Intervals around forecasts, from the errors that a model made on rows it was not trained on (split conformal
// prediction; Vovk et al. 2005, Lei et al. 2018).
//
// For every step of the horizon and every target: forecast ± radius, where the radius is the ceil((n + 1) level)-th
// smallest of n absolute errors. If errors stay as they were, such an interval holds the truth with probability
// `level`.
//
// Around bounds that a network gives itself (quantiles) the error is how far the truth lies outside, negative inside,
// and the radius moves both bounds: conformalised quantile regression (Romano, Patterson and Candès 2019). Bounds that
// are too narrow are widened, and too wide ones tightened, by as much for every forecast.
#pragma once

#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/config.hpp"

namespace wavetrain::series {

// Two bounds for every forecast, shaped as the forecasts are: (windows, horizon) or (windows, horizon, targets).
struct Bounds {
  Array low, high;
  bool empty() const { return low.empty(); }
};
// low - radius and high + radius, and the middle of both where these would cross. Throws ValueError for other shapes.
Bounds widened(const Bounds& bounds, const Array& radii);

// The share of the truth that lies inside and the mean width; pairs with NaN are left out. Throws ValueError for
// other shapes and when no pair is left.
struct IntervalScore {
  double coverage = 0;
  double width = 0;
};
IntervalScore score_intervals(const Bounds& bounds, ConstView truth);

class ForecastIntervals {
 public:
  ForecastIntervals() = default;  // none

  // `forecasts` and `truth` are (windows, horizon) or (windows, horizon, targets); pairs with NaN are left out. Throws
  // ValueError for other shapes, a level outside (0, 1), and when a step has too few errors for the level
  // (level (n + 1) > n).
  static ForecastIntervals fit(double level, ConstView forecasts, ConstView truth);
  static ForecastIntervals fit(double level, const Bounds& bounds, ConstView truth);

  bool empty() const { return radii_.empty(); }
  double level() const { return level_; }
  // (horizon * targets), targets fastest.
  const std::vector<double>& radii() const { return radii_; }
  double radius(Index step, Index target = 0) const;

  // Intervals around forecasts, or from bounds. Throws ValueError for another horizon or other targets than in fit.
  Bounds around(ConstView forecasts) const;
  Bounds around(const Bounds& bounds) const;

  // {'level': 0.9, 'targets': 1, 'radii': [...]}; from_config throws ValueError for anything else.
  Config to_config() const;
  static ForecastIntervals from_config(const Config& config);

  friend bool operator==(const ForecastIntervals&, const ForecastIntervals&) = default;

 private:
  double level_ = 0;
  Index targets_ = 1;
  std::vector<double> radii_;
};

// Adaptive conformal intervals (Gibbs and Candès 2021) for one forecast after the other, in the order of time: after
// each one the level is raised by `rate` * level where the truth was missed and lowered by `rate` * (1 - level) where
// it was not, and its error joins those that radii are taken from, so that the long-run coverage is `level` even when
// errors drift. A forecast of `horizon` steps learns its truth `horizon` windows later (`delay`). Returns radii, one
// per window, step and target; the errors of `calibration` come first. Shapes as in ForecastIntervals; errors are those
// of bounds, which may be the same forecast twice.
struct AdaptiveIntervals {
  double level = 0.9;
  double rate = 0.02;
  Index delay = 1;
  Index memory = 500;  // errors of each step that are kept
};
Array adaptive_radii(const AdaptiveIntervals& options, const Bounds& calibration, ConstView calibration_truth,
                     const Bounds& bounds, ConstView truth);

}  // namespace wavetrain::series
