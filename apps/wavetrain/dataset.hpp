// Files to arrays: what `fit`, `evaluate` and `predict` are given.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "settings.hpp"
#include "wavetrain/array.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/series_set.hpp"
#include "wavetrain/series/table.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::app {

// How a data file is to be read; the same for all commands.
struct DataOptions {
  std::string format = "auto";
  std::string labels = "auto";  // auto: classes, or what the model was trained on
  Index label_column = 0;
  std::string separator;  // empty: found by looking
  bool unequal_length = false;
};
void add_data_options(CLI::App& command, DataOptions& options);

// Reads a set of series. `class_names` of a trained model turn unseen classes into a ValueError; NaN is treated by
// `missing`. Throws FileError and ValueError.
series::SeriesSet read_set(const std::string& path, const DataOptions& options, series::LabelKind labels,
                           const std::string& missing, const std::vector<std::string>& class_names = {});
// The label kind that `options` or else the task of the model says.
series::LabelKind label_kind(const DataOptions& options, Task task);

// Makes `set` fit a model trained on (samples, steps, channels): checks channels and length, pads shorter series when
// training did, scales. Throws ValueError naming the file, what it has and what the model expects.
void prepare(series::SeriesSet& set, const Settings& settings, const Shape& input_shape);

// Targets as the loss takes them: (samples), (samples, classes) or (samples, outputs). Throws ValueError when the set
// has none.
Array targets_of(const series::SeriesSet& set, const Settings& settings);

// --- Tables
// ------------------------------------------------------------------------------------------------------------

// A table in original units, and its columns of interest (the inputs, then the target unless it is one of them),
// scaled.
struct ForecastData {
  series::Table raw;
  series::Table scaled;
};

// Reads a table and keeps the columns of `forecast`; empty columns become all numeric ones. NaN is treated by
// `missing`. `scaled` is still a copy of `raw`.
ForecastData read_forecast(const std::string& path, const DataOptions& options, ForecastSettings& forecast,
                           const std::string& missing);

// Windows over one of the two tables, inputs and targets inside `rows`, targets inside `target_rows`.
series::Windows windows_over(const series::Table& table, const ForecastSettings& forecast, series::RowRange rows = {},
                             series::RowRange target_rows = {});

// Scaled predictions of any shape, in place, to original units.
void unscale(Array& predicted, const Settings& settings);

// A model's error beside that of repeating the last value, both in original units.
struct ForecastScore {
  double mse = 0;
  double mae = 0;
  series::ForecastError naive;
};
ForecastScore score_forecast(const Sequential& model, const Settings& settings, const ForecastData& data,
                             series::RowRange target_rows = {});
Config to_config(const ForecastScore& score);
// "mse 1.2, mae 0.8 (repeating the last value: mse 2, mae 1.1)".
std::string to_line(const ForecastScore& score);

}  // namespace wavetrain::app
