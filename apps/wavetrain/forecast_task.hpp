// What `forecast` was asked and what came out: shared with its report.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "forecast_intervals.hpp"
#include "scoreboard.hpp"
#include "training.hpp"

namespace wavetrain::app {

struct ForecastArguments {
  TrainOptions train;
  Index season = 1, seeds = 1, origins = 1, test_rows = 0;
  double test_part = 0.2, validation_part = 0.1, level = 0.9;
  bool scaled = false, baselines = true;
  std::string predictions, report, interval_method = "conformal";

  bool quantiles() const { return interval_method == "quantile"; }
};

// Forecasts, bounds and history are of the last origin and the first seed.
struct ForecastResult {
  const series::Table* table = nullptr;
  Scoreboard board;
  std::vector<double> mae_by_step;
  IntervalSummary intervals;
  Array forecasts, truth;  // (windows, horizon[, targets])
  series::Bounds bounds;   // of the intervals; empty without
  Index first_target = 0;  // the row that the first window forecasts first
  History history;
  Settings settings;
  std::unique_ptr<ModelChoice> choice;
  std::string note, interval_note;
  Index parameters = 0, training_windows = 0, origins = 1;
  series::RowRange test_rows;
  double seconds = 0;
};

// Trains at every origin with every seed, and scores.
ForecastResult run_forecast(const ForecastArguments& arguments, const series::Table& table);

std::string forecast_csv(const ForecastArguments& arguments, const ForecastResult& result);
std::string forecast_html(const ForecastArguments& arguments, const ForecastResult& result);

}  // namespace wavetrain::app
