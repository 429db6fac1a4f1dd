// What is done to a table before a network sees it, learnt on the training rows and stored with the model, so that it
// can be done again at prediction, and undone in the forecasts.
//
// In this order: inputs and targets are chosen; gaps are filled; columns are differenced, x[t] - x[t - d] for each d in
// turn; lagged copies and positions in the calendar are added; everything but the calendar is scaled. Differences and
// lags have no value for the first rows: `first_row` says where the table is complete.
#pragma once

#include <string>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/series/missing.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/table.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::series {

struct TableRecipe {
  std::vector<std::string> columns = {};  // inputs; empty: all numeric columns
  std::vector<std::string> targets = {};  // empty: the same
  MissingPolicy missing = MissingPolicy::error;
  std::vector<Index> differences = {};     // 1, or a season; of all columns
  std::vector<Index> lags = {};            // adds "NAME lag 24" of every target
  std::vector<std::string> calendar = {};  // adds sine and cosine of calendar_phase (time_stamps.hpp)
  Scaling scaling = Scaling::global;       // per_series is refused: a table is one series
};

struct PreparedTable {
  Table raw;     // the chosen columns in original units, gaps filled
  Table scaled;  // inputs, then targets that are no inputs, then lags, then the calendar
  Index first_row = 0;
  // MissingPolicy::mask: (rows), 1 where no input misses its value, else 0. Missing values are NaN in both tables.
  Array complete = {};
};

// The steps of windows over `prepared.scaled` that count, (windows, window), for FitOptions::mask; empty unless missing
// values are masked. A window without a single such step keeps its first, so that its forecast is NaN.
Array window_mask(const PreparedTable& prepared, const Windows& windows);

class TablePreparation {
 public:
  TablePreparation() = default;

  // Learns from the rows `training`. Throws ValueError for unknown columns, steps below 1, columns without a value,
  // infinite values, time stamps that cannot be read, masks together with differences (a forecast is added to values
  // that may be missing), and what fill_missing throws.
  static TablePreparation fit(const TableRecipe& recipe, const Table& table, RowRange training = {});

  PreparedTable apply(const Table& table) const;

  // Names of the columns that a model sees, and that it predicts.
  const std::vector<std::string>& inputs() const { return inputs_; }
  const std::vector<std::string>& targets() const { return recipe_.targets; }
  const TableRecipe& recipe() const { return recipe_; }

  // Forecasts (windows, horizon) or (windows, horizon, targets) for `windows` over `prepared.scaled`, in place, to
  // original units. Throws ValueError for another shape, and with differences for windows that have a gap.
  void restore(View forecasts, const Windows& windows, const PreparedTable& prepared) const;

  // from_config throws ValueError for anything that to_config does not write.
  Config to_config() const;
  static TablePreparation from_config(const Config& config);

 private:
  // Columns of `table` that are wanted, in order, gaps filled.
  Table select(const Table& table) const;
  PreparedTable expand(Table raw) const;

  TableRecipe recipe_;
  std::vector<std::string> chosen_;  // columns of the file: inputs, then targets that are no inputs
  std::vector<std::string> inputs_;  // columns of the prepared table that the model sees
  Normalizer normalizer_;            // of all but the calendar
};

}  // namespace wavetrain::series
