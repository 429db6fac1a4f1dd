// Windows over a table: the samples of a forecasting model, without copying.
//
// Sample i starts at row s = first + i * stride. Its inputs are the rows s, s + rate, …, s + (window - 1) * rate of the
// chosen columns; its targets are the `horizon` rows that follow the last input row after a pause of `gap` rows.
// (Keras' timeseries_dataset_from_array pairs inputs with targets that the caller has to shift; here the shift is part
// of it.)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "wavetrain/series/table.hpp"

namespace wavetrain::series {

// Rows first .. last-1; a negative `last` means the end of the table.
struct RowRange {
  Index first = 0;
  Index last = -1;
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

struct WindowOptions {
  std::vector<std::string> columns = {};  // inputs; empty: all numeric columns
  std::vector<std::string> targets = {};  // empty: the same as `columns`
  Index window = 0;                       // input steps; required
  Index horizon = 1;                      // target steps; 0: no targets (autoencoders)
  Index stride = 1;                       // rows from one window to the next
  Index rate = 1;                         // rows from one input step to the next
  Index gap = 0;                          // rows between the last input and the first target
  RowRange rows = {};                     // inputs and targets lie in here
  RowRange target_rows = {};              // the targets, moreover, lie in here; inputs may reach back before it
};

// A view of a table; the table has to outlive it and stay as it is. Cheap to copy.
class Windows {
 public:
  // Number of windows.
  Index size() const { return size_; }
  // (size, window, columns). Windows overlap in memory.
  DataView inputs() const;
  // (size, horizon) for one target column, (size, horizon, targets) for several. Empty when the horizon is 0.
  DataView targets() const;
  // The rows of the table that window `i` covers: its first input, and its first target (or where that would be).
  Index first_row(Index i) const { return first_ + i * options_.stride; }
  Index target_row(Index i) const { return last_input_row(i) + 1 + options_.gap; }
  Index last_input_row(Index i) const { return first_row(i) + (options_.window - 1) * options_.rate; }

  const WindowOptions& options() const { return options_; }
  // The value that target column k has in row `row`.
  float target_value(Index row, Index k) const;
  Index target_columns() const { return target_.count; }

 private:
  // Columns of a row-major matrix that stand at equal distances.
  struct Block {
    std::shared_ptr<const Array> owned;  // a copy, when the table has the columns in another order
    const float* data = nullptr;         // row 0 of the first column
    Index width = 0;                     // floats from row to row
    Index step = 1;                      // floats from column to column
    Index count = 0;
  };
  static Block select(const Table& table, const std::vector<std::string>& columns);

  friend Windows make_windows(const Table& table, const WindowOptions& options);

  WindowOptions options_;
  Block input_;
  Block target_;
  Index first_ = 0;
  Index size_ = 0;
};

// Throws ValueError for sizes below 1, unknown columns, ranges outside the table, and when not one window fits.
Windows make_windows(const Table& table, const WindowOptions& options);
Windows make_windows(Table&&, const WindowOptions&) = delete;

// Cuts rows in the order of time, as the forecasting benchmarks do: the first `train` and the last `test` parts, the
// rest between them for validation; sizes are rounded down. Throws ValueError for parts below 0 or above 1 in sum.
struct TimeSplit {
  RowRange train;
  RowRange validation;
  RowRange test;
};
TimeSplit split_in_time(Index rows, double train = 0.7, double test = 0.2);

// The error of repeating the last known value over the horizon: what a model has to beat. Pairs with a missing value
// are left out. Throws ValueError when no pair is left.
struct ForecastError {
  double mse = 0;
  double mae = 0;
  Index pairs = 0;  // values compared
};
ForecastError naive_forecast_error(const Windows& windows);

}  // namespace wavetrain::series
