#include "wavetrain/series/windows.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

// A matrix of one column.
Array column(std::vector<float> values) {
  return Array(Shape{static_cast<Index>(values.size()), 1}, std::span<const float>(values));
}

// Column k of row t holds 10 t + k.
Table counting(Index rows, Index columns) {
  Table table;
  table.source = "f";
  table.values = Array(Shape{rows, columns});
  for (Index t = 0; t < rows; ++t) {
    for (Index k = 0; k < columns; ++k) table.values[t * columns + k] = static_cast<float>(10 * t + k);
  }
  for (Index k = 0; k < columns; ++k) table.columns.push_back(std::string(1, static_cast<char>('a' + k)));
  return table;
}

TEST(Windows, InputsAndTheTargetsThatFollow) {
  const Table table = counting(5, 2);
  const Windows windows = make_windows(table, {.targets = {"b"}, .window = 2, .horizon = 1});
  EXPECT_EQ(windows.size(), 3);
  EXPECT_EQ(windows.inputs().shape(), (Shape{3, 2, 2}));
  EXPECT_EQ(windows.inputs().data(), table.values.data());  // nothing is copied
  EXPECT_EQ(windows.inputs().to_array(),
            (Array(Shape{3, 2, 2}, std::vector<float>{0, 1, 10, 11, 10, 11, 20, 21, 20, 21, 30, 31})));
  EXPECT_EQ(windows.targets().to_array(), column({21, 31, 41}));
}

TEST(Windows, SeveralTargetsKeepTheirAxis) {
  const Table table = counting(4, 2);
  const Windows windows = make_windows(table, {.window = 1, .horizon = 2});
  EXPECT_EQ(windows.targets().shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(windows.targets().to_array(), (Array(Shape{2, 2, 2}, std::vector<float>{10, 11, 20, 21, 20, 21, 30, 31})));
}

TEST(Windows, StrideRateAndGap) {
  const Table table = counting(12, 1);
  const Windows windows = make_windows(table, {.window = 3, .horizon = 2, .stride = 2, .rate = 2, .gap = 1});
  EXPECT_EQ(windows.size(), 3);
  EXPECT_EQ(windows.inputs().to_array(),
            (Array(Shape{3, 3, 1}, std::vector<float>{0, 20, 40, 20, 40, 60, 40, 60, 80})));
  EXPECT_EQ(windows.targets().to_array(), (Array{{60, 70}, {80, 90}, {100, 110}}));
  EXPECT_EQ(windows.target_row(2), 10);
}

TEST(Windows, ColumnsAtEqualDistancesAreViewsOthersCopies) {
  const Table table = counting(3, 3);
  const Windows even = make_windows(table, {.columns = {"a", "c"}, .window = 2, .horizon = 0});
  EXPECT_EQ(even.inputs().data(), table.values.data());
  EXPECT_EQ(even.inputs().to_array(), (Array(Shape{2, 2, 2}, std::vector<float>{0, 2, 10, 12, 10, 12, 20, 22})));
  EXPECT_FALSE(even.targets().has_value());
  Windows copy;
  {
    const Windows swapped = make_windows(table, {.columns = {"c", "a"}, .window = 2, .horizon = 1});
    copy = swapped;
  }
  EXPECT_EQ(copy.inputs().to_array(), (Array(Shape{1, 2, 2}, std::vector<float>{2, 0, 12, 10})));
  EXPECT_EQ(copy.targets().to_array(), (Array(Shape{1, 1, 2}, std::vector<float>{22, 20})));
}

TEST(Windows, RangesOfRows) {
  const Table table = counting(10, 1);
  EXPECT_EQ(make_windows(table, {.window = 2, .horizon = 1, .rows = {2, 6}}).size(), 2);
  const Windows test = make_windows(table, {.window = 3, .horizon = 2, .target_rows = {6, -1}});
  EXPECT_EQ(test.size(), 3);
  EXPECT_EQ(test.first_row(0), 3);
  EXPECT_EQ(test.target_row(0), 6);
  // Inputs cannot begin before the table does.
  EXPECT_EQ(make_windows(table, {.window = 8, .horizon = 1, .target_rows = {2, -1}}).first_row(0), 0);
}

TEST(Windows, Errors) {
  const Table table = counting(5, 2);
  EXPECT_THROW(make_windows(table, {.window = 0}), ValueError);
  EXPECT_THROW(make_windows(table, {.window = 2, .horizon = -1}), ValueError);
  EXPECT_THROW(make_windows(table, {.window = 2, .stride = 0}), ValueError);
  EXPECT_THROW(make_windows(table, {.window = 5, .horizon = 1}), ValueError);
  EXPECT_THROW(make_windows(table, {.window = std::numeric_limits<Index>::max()}), ValueError);
  EXPECT_THROW(make_windows(table, {.window = 2, .rate = std::numeric_limits<Index>::max()}), ValueError);
  EXPECT_THROW(make_windows(table, {.columns = {"z"}, .window = 2}), ValueError);
  EXPECT_THROW(make_windows(table, {.window = 2, .rows = {3, 9}}), ValueError);
  EXPECT_NO_THROW(make_windows(table, {.window = 5, .horizon = 0}));
  try {
    make_windows(table, {.window = 4, .horizon = 2});
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "f: no window fits: 6 rows are needed from the first input to the last target, and the rows "
                 "0 to 5 (targets 0 to 5) are given.");
  }
}

TEST(SplitInTime, RoundsTheOuterPartsDown) {
  const TimeSplit split = split_in_time(7588, 0.7, 0.2);
  EXPECT_EQ(split.train, (RowRange{0, 5311}));
  EXPECT_EQ(split.validation, (RowRange{5311, 6071}));
  EXPECT_EQ(split.test, (RowRange{6071, 7588}));
  EXPECT_EQ(split_in_time(10, 0.9, 0.1).validation, (RowRange{9, 9}));
  EXPECT_THROW(split_in_time(10, 0.9, 0.2), ValueError);
  EXPECT_THROW(split_in_time(10, -0.1, 0.2), ValueError);
  EXPECT_THROW(split_in_time(10, std::nan(""), 0.2), ValueError);
}

TEST(NaiveForecast, RepeatsTheLastValue) {
  Table table = counting(4, 1);
  const ForecastError error = naive_forecast_error(make_windows(table, {.window = 1, .horizon = 2}));
  EXPECT_EQ(error.pairs, 4);
  EXPECT_DOUBLE_EQ(error.mae, 15);
  EXPECT_DOUBLE_EQ(error.mse, 250);
  table.values[3] = std::nanf("");
  EXPECT_EQ(naive_forecast_error(make_windows(table, {.window = 1, .horizon = 2})).pairs, 3);
  for (float& value : table.values) value = std::nanf("");
  EXPECT_THROW(naive_forecast_error(make_windows(table, {.window = 1})), ValueError);
}

}  // namespace
}  // namespace wavetrain::series
