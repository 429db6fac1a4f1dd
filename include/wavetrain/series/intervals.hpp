// Intervals around forecasts, from the errors that a model made on rows it was not trained on (split conformal
// prediction; Vovk et al. 2005, Lei et al. 2018).
//
// For every step of the horizon and every target: forecast ± radius, where the radius is the ceil((n + 1) level)-th
// smallest of n absolute errors. If errors stay as they were, such an interval holds the truth with probability
// `level`.
#pragma once

#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/config.hpp"

namespace wavetrain::series {

class ForecastIntervals {
 public:
  ForecastIntervals() = default;  // none

  // `forecasts` and `truth` are (windows, horizon) or (windows, horizon, targets); pairs with NaN are left out. Throws
  // ValueError for other shapes, a level outside (0, 1), and when a step has too few errors for the level
  // (level (n + 1) > n).
  static ForecastIntervals fit(double level, ConstView forecasts, ConstView truth);

  bool empty() const { return radii_.empty(); }
  double level() const { return level_; }
  // (horizon * targets), targets fastest.
  const std::vector<double>& radii() const { return radii_; }
  double radius(Index step, Index target = 0) const;

  // The share of the truth that lies inside. Throws ValueError for other shapes than in fit and when no pair is left.
  double coverage(ConstView forecasts, ConstView truth) const;

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
// per window, step and target; the errors of `calibration` come first. Shapes as in ForecastIntervals.
struct AdaptiveIntervals {
  double level = 0.9;
  double rate = 0.02;
  Index delay = 1;
  Index memory = 500;  // errors of each step that are kept
};
Array adaptive_radii(const AdaptiveIntervals& options, ConstView calibration_forecasts, ConstView calibration_truth,
                     ConstView forecasts, ConstView truth);

}  // namespace wavetrain::series
