// Files to arrays: what `fit`, `evaluate` and `predict` are given.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "settings.hpp"
#include "wavetrain/array.hpp"
#include "wavetrain/series/preparation.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/series_set.hpp"
#include "wavetrain/series/table.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::app {

// How a data file is to be read; the same for all commands.
struct DataOptions {
  std::string format = "auto";
  std::string time_column;       // tables; empty: found by looking
  std::string decimal = "auto";  // auto, point or comma
  std::string id_column, label_name;
  std::vector<std::string> value_columns;
  bool channels_first = false, explain = false, regular = false;
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
// training did, scales, fills what is masked. Returns the mask, (samples, steps), empty when the model has none. Throws
// ValueError naming the file, what it has and what the model expects.
Array prepare(series::SeriesSet& set, const Settings& settings, const Shape& input_shape);

// Targets as the loss takes them: (samples), (samples, classes) or (samples, outputs). Throws ValueError when the set
// has none.
Array targets_of(const series::SeriesSet& set, const Settings& settings);

// --- Tables --------------------------------------------------------------------------------------------------------

series::Table read_table(const std::string& path, const DataOptions& options);

// Windows over a prepared table: inputs inside `rows`, targets inside `target_rows`. Of the raw table only the targets
// are there. Throws ValueError when not one window fits.
series::Windows windows_over(const series::PreparedTable& data, const TableSettings& settings,
                             series::RowRange rows = {}, series::RowRange target_rows = {});
series::Windows raw_windows(const series::PreparedTable& data, const TableSettings& settings,
                            series::RowRange rows = {}, series::RowRange target_rows = {});
// Windows that end anywhere, the last one with the table: their targets may lie in the future.
series::Windows future_windows(const series::PreparedTable& data, const TableSettings& settings);

// The targets of `windows` as the model gives them.
DataView targets_of(const series::Windows& windows, const TableSettings& settings);

}  // namespace wavetrain::app
