// `train` on a table of numbers: windows over its rows, and a column to predict.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "training.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;

// Rows of the training part; the rest, behind it, is held out.
Index training_rows(Index rows, double held_out) {
  if (!(held_out >= 0 && held_out < 1)) {
    throw ValueError(fmt::format("--validation-split: expected a number from 0 to below 1. Received: {}", held_out));
  }
  return rows - static_cast<Index>(held_out * static_cast<double>(rows));
}

// Scales by the training rows.
series::Normalizer fit_scaling(const std::string& name, const series::Table& table, Index rows) {
  if (name == "none") return {};
  if (name == "series") throw ValueError("--normalize series: a table is one series; expected global or none.");
  return series::Normalizer::fit(series::Scaling::global, table.values.view().slice(0, rows));
}

}  // namespace

void train_on_table(const TrainOptions& options) {
  if (options.window < 1) {
    throw ValueError(fmt::format("--window: expected the number of rows that the model sees, at least 1. Received: {}",
                                 options.window));
  }
  ForecastSettings forecast{options.columns, options.target, options.window, options.horizon};
  ForecastData train = read_forecast(options.data, options.data_options, forecast, options.missing);
  const bool has_test = !options.test.empty();
  const Index rows = training_rows(train.raw.rows(), options.validation_split.value_or(has_test ? 0.0 : 0.2));
  Settings settings;
  settings.task = Task::forecast;
  settings.missing = options.missing;
  settings.normalizer = fit_scaling(options.normalize, train.raw, rows);
  settings.forecast = forecast;
  settings.normalizer.apply(train.scaled.values);
  ForecastData test;
  if (has_test) {
    test = read_forecast(options.test, options.data_options, forecast, options.missing);
    settings.normalizer.apply(test.scaled.values);
  }

  // Inputs of held-out targets may reach back into the training rows, as they will in use.
  const series::RowRange held_rows = has_test ? series::RowRange{} : series::RowRange{rows, train.raw.rows()};
  const bool held_out = has_test || rows < train.raw.rows();
  const series::Table& held_table = has_test ? test.scaled : train.scaled;
  const series::Windows windows = windows_over(train.scaled, forecast, {0, rows});
  TrainingData data{.x = windows.inputs(), .y = windows.targets(), .validation = {}};
  if (held_out) {
    const series::Windows held = windows_over(held_table, forecast, {}, held_rows);
    data.validation = {.x = held.inputs(), .y = held.targets()};
  }

  ModelChoice choice = make_model(options.model,
                                  {.samples = windows.size(),
                                   .steps = options.window,
                                   .channels = static_cast<Index>(forecast.columns.size()),
                                   .outputs = options.horizon,
                                   .classification = false},
                                  options.choices);
  if (!options.common.json && !choice.note.empty()) fmt::print("{}\n", choice.note);
  const Clock::time_point start = Clock::now();
  const History history = fit(choice, data, options);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  write_results(choice, settings, history, options);
  print_report({.choice = choice,
                .data = data,
                .history = history,
                .settings = settings,
                .seconds = seconds,
                .forecast = score_forecast(choice.model, settings, has_test ? test : train,
                                           held_out ? held_rows : series::RowRange{})},
               options);
}

}  // namespace wavetrain::app
