#include "wavetrain/series/baselines.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "support/shared_data.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/series/normalize.hpp"

namespace wavetrain::series {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

Table table_of(std::vector<float> values) {
  Table table;
  table.columns = {"y"};
  table.source = "test";
  table.values = Array(Shape{static_cast<Index>(values.size()), 1}, std::span<const float>(values));
  return table;
}

TEST(Baselines, EachMethodByHand) {
  const Table table = table_of({1, 2, 4, 3, 4, 6, 5, 6, 8});
  const Windows windows =
      make_windows(table, {.window = 4, .horizon = 2, .rows = {2, 8}});  // inputs 2..5, targets 6, 7
  ASSERT_EQ(windows.size(), 1);
  EXPECT_EQ(forecast(ForecastMethod::repeat, windows), (Array(Shape{1, 2, 1}, 6.0f)));
  const Array seasonal = forecast(ForecastMethod::seasonal, windows, {.season = 3});
  EXPECT_EQ(seasonal[0], 3);
  EXPECT_EQ(seasonal[1], 4);
  const Array drift = forecast(ForecastMethod::drift, windows);
  EXPECT_FLOAT_EQ(drift[0], 7);
  EXPECT_FLOAT_EQ(drift[1], 8);
  EXPECT_FLOAT_EQ(forecast(ForecastMethod::mean, windows)[1], 20.0f / 6);
}

TEST(Baselines, ASeasonLongerThanTheWindowAndShorterThanTheHorizon) {
  const Table table = table_of({10, 20, 30, 11, 21, 31, 0, 0, 0, 0, 0});
  const Windows windows = make_windows(table, {.window = 1, .horizon = 5, .rows = {5, 11}});
  const Array seasonal = forecast(ForecastMethod::seasonal, windows, {.season = 3});
  for (Index h = 0; h < 5; ++h) EXPECT_EQ(seasonal[h], table.values[3 + h % 3]);
}

TEST(Baselines, MissingValuesArePassedOver) {
  const Table table = table_of({2, kNaN, 4, kNaN, 9, 9});
  const Windows windows = make_windows(table, {.window = 4, .horizon = 1, .rows = {0, 5}});
  EXPECT_EQ(forecast(ForecastMethod::repeat, windows)[0], 4);
  EXPECT_EQ(forecast(ForecastMethod::mean, windows)[0], 3);
  EXPECT_EQ(forecast(ForecastMethod::drift, windows)[0], 6);
  EXPECT_EQ(forecast(ForecastMethod::seasonal, windows, {.season = 3})[0], 4);  // row 1 is missing: the last value
}

TEST(Baselines, NothingKnownIsNaN) {
  const Table table = table_of({kNaN, kNaN, 3});
  const Windows windows = make_windows(table, {.window = 2, .horizon = 1});
  for (const ForecastMethod method : {ForecastMethod::repeat, ForecastMethod::seasonal, ForecastMethod::drift,
                                      ForecastMethod::mean, ForecastMethod::smoothing}) {
    const Array p = forecast(method, windows, {.season = 2});
    EXPECT_TRUE(std::isnan(p[0])) << to_string(method);
    EXPECT_THROW(score_forecasts(windows, p), ValueError);
  }
}

TEST(Baselines, SmoothingFindsTrendAndSeason) {
  std::vector<float> values;
  for (int t = 0; t < 120; ++t) values.push_back(static_cast<float>(10 + 0.5 * t + 4 * std::sin(t * 2 * M_PI / 12)));
  const Table table = table_of(values);
  const Windows windows = make_windows(table, {.window = 1, .horizon = 6, .target_rows = {96, 120}});
  const ForecastMethodOptions options{.season = 12, .training_rows = {0, 96}};
  const Array p = forecast(ForecastMethod::smoothing, windows, options);
  const ForecastScores scores = score_forecasts(windows, p, options);
  EXPECT_LT(scores.mae, 0.2);
  EXPECT_LT(scores.mae, score_forecasts(windows, forecast(ForecastMethod::seasonal, windows, options)).mae / 10);
}

TEST(Baselines, ScoresByHand) {
  const Table table = table_of({1, 3, 2, 4, 0});
  const Windows windows = make_windows(table, {.window = 2, .horizon = 1, .target_rows = {2, 5}});
  const Array p(Shape{3, 1}, std::span<const float>(std::vector<float>{3, 3, 0}));
  const ForecastScores scores = score_forecasts(windows, p, {.season = 1, .training_rows = {0, 3}});
  EXPECT_EQ(scores.pairs, 3);
  EXPECT_NEAR(scores.mae, 2.0 / 3, 1e-12);
  EXPECT_NEAR(scores.mse, 2.0 / 3, 1e-12);
  EXPECT_NEAR(scores.mase, 2.0 / 3 / 1.5, 1e-12);  // steps of 2 and 1
  EXPECT_NEAR(scores.smape, (40.0 + 200.0 / 7) / 3, 1e-12);
  EXPECT_EQ(score_by_step(windows, p).size(), 1u);
  EXPECT_THROW(score_forecasts(windows, Array(Shape{2, 1})), ValueError);
  EXPECT_THROW(forecast(ForecastMethod::repeat, windows, {.season = 0}), ValueError);
}

TEST(BaselineData, RepeatingExchangeRatesHasThePublishedError) {
  WAVETRAIN_SHARED_DATA(path, "forecasting/exchange_rate.csv");
  Table table = read_table(path);
  const TimeSplit split = split_in_time(table.rows(), 0.7, 0.2);
  Normalizer::fit(Scaling::global, table.values.view().slice(0, split.train.last)).apply(table.values);
  const Windows windows = make_windows(table, {.window = 1, .horizon = 96, .target_rows = split.test});
  const ForecastScores scores = score_forecasts(windows, forecast(ForecastMethod::repeat, windows));
  EXPECT_NEAR(scores.mse, 0.0811, 5e-5);
  EXPECT_NEAR(scores.mae, 0.1964, 5e-5);
}

}  // namespace
}  // namespace wavetrain::series
