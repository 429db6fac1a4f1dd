// Forecasts without a network: what a trained model has to beat, and is always shown beside.
//
//   repeat          the last known value, for every step of the horizon (also "naive")
//   seasonal        the value one season before (or two, three … until it is known; the last known value failing that)
//   drift           the line through the first and the last known value, continued
//   mean            the mean of all known values
//   smoothing       exponential smoothing with additive trend (damped) and, with a season, additive seasonality, its
//                   smoothing constants fitted on the training rows by the smallest squared one-step error
//
// "Known" is every row of the column up to the last input row of a window: a forecast never sees what it predicts, but
// it may look back further than the network. Sources: Hyndman and Athanasopoulos, "Forecasting: Principles and
// Practice", 3rd edition, sections 5.2 and 8 (methods), 5.8 (MASE).
#pragma once

#include <string_view>
#include <vector>

#include "wavetrain/series/windows.hpp"

namespace wavetrain::series {

enum class ForecastMethod { repeat, seasonal, drift, mean, smoothing };

const char* to_string(ForecastMethod method);

struct ForecastMethodOptions {
  Index season = 1;          // rows; 1: none. `seasonal` with 1 is `repeat`
  RowRange training_rows{};  // what `smoothing` is fitted on
};

// The forecasts of `method` for every window, shaped (windows, horizon, targets), NaN where nothing is known. Missing
// values are passed over. Throws ValueError for a season below 1, and for a horizon of 0.
Array forecast(ForecastMethod method, const Windows& windows, const ForecastMethodOptions& options = {});

// Errors of forecasts against the windows' targets; pairs with a missing value are left out.
struct ForecastScores {
  double mse = 0;
  double mae = 0;
  double mase = 0;   // mae / mean |y[t] - y[t - season]| over the training rows; NaN when that is 0
  double smape = 0;  // mean of 200 |y - p| / (|y| + |p|), in percent; pairs of zeros count as 0
  Index pairs = 0;
};
// `forecasts` is (windows, horizon) or (windows, horizon, targets). Throws ValueError for another shape, and when no
// pair is left. The scale of `mase` comes from the training rows of each target column.
ForecastScores score_forecasts(const Windows& windows, ConstView forecasts, const ForecastMethodOptions& options = {});

// One per step of the horizon.
std::vector<ForecastScores> score_by_step(const Windows& windows, ConstView forecasts,
                                          const ForecastMethodOptions& options = {});

}  // namespace wavetrain::series
