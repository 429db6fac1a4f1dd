// Exponential smoothing with additive errors, a damped trend and, with a season, additive seasonality: ETS(A,Ad,A) and
// ETS(A,Ad,N).
//
//   forecast     l + (phi + … + phi^h) b + s[t + h - m]
//   with the error e = y - (l + phi b + s):
//   l <- l + phi b + alpha e,  b <- phi b + alpha beta e,  s <- s + gamma (1 - alpha) e
//
// Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 8 (beta and gamma in
// their starred forms, so that each constant lies in 0 .. 1).
#pragma once

#include <vector>

#include "wavetrain/shape.hpp"

namespace wavetrain::series {

struct SmoothingConstants {
  double alpha = 0.5, beta = 0.1, gamma = 0.1, phi = 0.98;
};

class ExponentialSmoothing {
 public:
  // The constants with the smallest squared one-step error over `training`, by pattern search from fixed starts: the
  // same every time. NaN is passed over. Training shorter than two seasons is smoothed without the season; without any
  // value forecasts are NaN.
  ExponentialSmoothing(const std::vector<double>& training, Index season);

  const SmoothingConstants& constants() const { return constants_; }

  // Starts over; then `update` takes one row after the other, from the first row of the series.
  void reset();
  void update(double value);
  // `steps` >= 1 rows after the last one that update has seen.
  double forecast(Index steps) const;

 private:
  double squared_error(const std::vector<double>& training, const SmoothingConstants& constants);
  void start(const std::vector<double>& training);

  Index season_ = 1;
  SmoothingConstants constants_;
  double first_level_, first_trend_ = 0;
  std::vector<double> first_seasonal_;  // (season), by row modulo season
  double level_ = 0, trend_ = 0;
  std::vector<double> seasonal_;
  Index row_ = 0;  // rows seen
};

}  // namespace wavetrain::series
