// `train` on a table of numbers: windows over its rows, and columns to predict.
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

}  // namespace

series::TableRecipe table_recipe(const TrainOptions& options) {
  return {.columns = options.columns,
          .targets = options.targets == std::vector<std::string>{"all"} ? std::vector<std::string>{} : options.targets,
          .missing = series::missing_policy(options.missing),
          .differences = options.differences,
          .lags = options.lags,
          .calendar = options.calendar,
          .scaling = series::scaling_named(options.normalize.empty() ? "global" : options.normalize)};
}

presets::Problem table_problem(const TableSettings& settings, Index samples) {
  const auto targets = static_cast<Index>(settings.preparation.targets().size());
  return {.samples = samples,
          .steps = settings.window,
          .channels = static_cast<Index>(settings.preparation.inputs().size()),
          .outputs = settings.horizon * targets,
          .classification = false,
          .targets = targets,
          .reconstruction = settings.reconstruction,
          .quantiles = settings.quantiles};
}

void train_on_table(const TrainOptions& options) {
  if (options.window < 1) {
    throw ValueError(fmt::format("--window: expected the number of rows that the model sees, at least 1. Received: {}",
                                 options.window));
  }
  const series::Table table = read_table(options.data, options.data_options);
  const bool has_test = !options.test.empty();
  const Index rows = training_rows(table.rows(), options.validation_split.value_or(has_test ? 0.0 : 0.2));
  Settings settings;
  settings.task = Task::forecast;
  settings.missing = options.missing;
  settings.table = TableSettings{.preparation = series::TablePreparation::fit(table_recipe(options), table, {0, rows}),
                                 .window = options.window,
                                 .horizon = options.horizon,
                                 .gap = options.gap,
                                 .intervals = {}};
  const series::PreparedTable train = settings.table->preparation.apply(table);
  series::PreparedTable test;
  if (has_test) test = settings.table->preparation.apply(read_table(options.test, options.data_options));

  // Inputs of held-out targets may reach back into the training rows, as they will in use.
  const series::RowRange held_rows = has_test ? series::RowRange{} : series::RowRange{rows, table.rows()};
  const bool held_out = has_test || rows < table.rows();
  const series::PreparedTable& held_table = has_test ? test : train;
  const WindowData windows(train, windows_over(train, *settings.table, {0, rows}));
  TrainingData data{.x = windows.x(), .y = windows.y(), .validation = {}, .mask = windows.mask()};
  WindowData held;  // may own what the views show
  if (held_out) {
    held = WindowData(held_table, windows_over(held_table, *settings.table, {}, held_rows));
    data.validation = held.validation();
  }

  ModelChoice choice = make_model(options.model, table_problem(*settings.table, windows.size()), options.choices);
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
                .forecast = score_forecast(choice.model, *settings.table, held_table,
                                           held_out ? held_rows : series::RowRange{})},
               options);
}

}  // namespace wavetrain::app
