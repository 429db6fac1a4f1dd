#include "wavetrain/series/anomaly.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "support/shared_data.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::series {
namespace {

Table column_of(std::vector<float> values) {
  Table table;
  table.columns = {"x"};
  table.values = Array(Shape{static_cast<Index>(values.size()), 1}, std::span<const float>(values));
  return table;
}

TEST(RowScores, ARowNeedsAllItsWindows) {
  const Table table = column_of(std::vector<float>(6));
  const Windows windows = make_windows(table, {.window = 3, .horizon = 0});
  ASSERT_EQ(windows.size(), 4);
  const std::vector<double> scores{1, 5, 2, 4};
  EXPECT_EQ(row_scores(scores, windows, 6, Cover::all), (std::vector<double>{1, 1, 1, 2, 2, 4}));
  EXPECT_EQ(row_scores(scores, windows, 6, Cover::any), (std::vector<double>{1, 5, 5, 5, 4, 4}));
  const std::vector<double> means = row_scores(scores, windows, 6, Cover::mean);
  EXPECT_DOUBLE_EQ(means[2], 8.0 / 3);
  EXPECT_TRUE(std::isnan(row_scores(scores, windows, 7, Cover::all)[6]));
  EXPECT_THROW(row_scores(std::vector<double>{1}, windows, 6, Cover::all), ValueError);
}

TEST(RowScores, ForecastsCountAtTheRowsTheyAreFor) {
  const Table table = column_of({0, 1, 2, 3, 4});
  const Windows windows = make_windows(table, {.window = 2, .horizon = 2});
  ASSERT_EQ(windows.size(), 2);
  const Array forecasts{{2, 4}, {3, 7}};
  const Array truth = windows.targets().to_array();
  const std::vector<double> scores = forecast_row_scores(forecasts, truth, windows, 5);
  EXPECT_TRUE(std::isnan(scores[1]));
  EXPECT_EQ(scores[2], 0);
  EXPECT_EQ(scores[3], 0.5);  // |4 - 3| and |3 - 3|
  EXPECT_EQ(scores[4], 3);
}

TEST(Threshold, RulesAreReadAndWritten) {
  for (const char* text : {"max", "max:1.2", "quantile:0.999", "quantile:0.99:1.5", "std:3", "pot:0.001", "0.25"}) {
    EXPECT_EQ(to_string(threshold_rule(text)), text);
  }
  for (const char* text : {"", "most", "quantile", "quantile:1.5", "std", "std:x", "pot:0", "max:-1", "max:1:2"}) {
    EXPECT_THROW(threshold_rule(text), ValueError) << text;
  }
}

TEST(Threshold, OfKnownScores) {
  const std::vector<double> scores{4, 1, 3, std::numeric_limits<double>::quiet_NaN(), 2};
  EXPECT_EQ(learn_threshold(threshold_rule("max"), scores), 4);
  EXPECT_EQ(learn_threshold(threshold_rule("max:2"), scores), 8);
  EXPECT_EQ(learn_threshold(threshold_rule("quantile:0.5"), scores), 2.5);
  EXPECT_DOUBLE_EQ(learn_threshold(threshold_rule("std:2"), scores), 2.5 + 2 * std::sqrt(1.25));
  EXPECT_EQ(learn_threshold(threshold_rule("7"), scores), 7);
  EXPECT_THROW(learn_threshold(threshold_rule("pot:0.01"), scores), ValueError);
  EXPECT_THROW(learn_threshold(threshold_rule("max"), std::vector<double>{}), ValueError);
}

// Of an exponential distribution the value exceeded with probability q is -log q.
TEST(Threshold, PeaksOverThresholdFindRareValues) {
  Random random(3);
  std::vector<double> scores;
  for (int i = 0; i < 200000; ++i) scores.push_back(-std::log(1 - random.uniform()));
  EXPECT_NEAR(learn_threshold(threshold_rule("pot:0.0001"), scores), -std::log(1e-4), 0.35);
  EXPECT_NEAR(learn_threshold(threshold_rule("pot:0.001"), scores), -std::log(1e-3), 0.15);
}

TEST(DetectionScores, PointAdjustmentCountsWholeRuns) {
  const std::vector<double> scores{0, 9, 0, 0, 0, 0, 9, 0};
  const std::vector<char> labels{0, 1, 1, 1, 0, 1, 0, 0};
  const DetectionScores plain = score_detections(scores, 1, labels);
  EXPECT_EQ(plain.true_positives, 1);
  EXPECT_EQ(plain.false_positives, 1);
  EXPECT_EQ(plain.false_negatives, 3);
  EXPECT_DOUBLE_EQ(plain.precision, 0.5);
  EXPECT_DOUBLE_EQ(plain.recall, 0.25);
  EXPECT_DOUBLE_EQ(plain.f1, 1.0 / 3);
  const DetectionScores adjusted = score_point_adjusted(scores, 1, labels);
  EXPECT_EQ(adjusted.true_positives, 3);
  EXPECT_EQ(adjusted.false_negatives, 1);
  EXPECT_THROW(score_detections(scores, 1, std::vector<char>{1}), ValueError);
}

TEST(DetectionScores, AreaUnderPrecisionAndRecall) {
  const std::vector<char> labels{1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(auc_pr(std::vector<double>{4, 1, 3, 2}, labels), 1.0);
  EXPECT_DOUBLE_EQ(auc_pr(std::vector<double>{4, 3, 2, 1}, labels), (1.0 + 2.0 / 3) / 2);
  EXPECT_DOUBLE_EQ(auc_pr(std::vector<double>{1, 1, 1, 1}, labels), 0.5);  // all tied: the share of anomalies
  EXPECT_TRUE(std::isnan(auc_pr(std::vector<double>{1, 2}, std::vector<char>{0, 0})));
}

// Values of the authors' own program (Python package vus 0.0.6) for the same numbers.
TEST(DetectionScores, VolumeUnderTheSurfaceEqualsItsAuthors) {
  std::vector<double> scores;
  std::vector<char> labels;
  for (int i = 0; i < 400; ++i) {
    const bool anomaly = (i >= 100 && i < 110) || (i >= 118 && i < 120) || i >= 390;
    labels.push_back(anomaly);
    scores.push_back(i * 37 % 101 / 101.0 + (i >= 104 && i < 121 ? 0.5 : 0.0));
  }
  EXPECT_NEAR(vus_pr(scores, labels, 0), 0.14710403745212994, 1e-9);
  EXPECT_NEAR(vus_pr(scores, labels, 1), 0.14710403745212994, 1e-9);
  EXPECT_NEAR(vus_pr(scores, labels, 20), 0.3534606504526384, 1e-9);
  EXPECT_TRUE(std::isnan(vus_pr(scores, std::vector<char>(400), 5)));
}

TEST(Runs, FirstAndLastRow) {
  EXPECT_EQ(runs(std::vector<char>{1, 1, 0, 1}), (std::vector<RowRange>{{0, 1}, {3, 3}}));
  EXPECT_TRUE(runs(std::vector<char>{0, 0}).empty());
}

TEST(ZScores, LookAtTheWorstColumn) {
  const Array values{{0, 10}, {2, 10}, {1, 12}};
  const std::vector<double> scores = z_scores(values, {0, 2});
  EXPECT_DOUBLE_EQ(scores[0], 1);
  EXPECT_DOUBLE_EQ(scores[2], 2);  // a constant column has deviation 1
}

TEST(WindowedGaussian, EqualsTheBenchmarksOwnResults) {
  WAVETRAIN_SHARED_DATA(folder, "anomaly/NAB/results/windowedGaussian");
  for (const char* file : {"realKnownCause/windowedGaussian_nyc_taxi.csv",
                           "realKnownCause/windowedGaussian_machine_temperature_system_failure.csv",
                           "artificialNoAnomaly/windowedGaussian_art_flatline.csv"}) {
    const Table table = read_table(folder / file);
    const Index value = table.column_index("value"), score = table.column_index("anomaly_score");
    std::vector<double> values;
    for (Index row = 0; row < table.rows(); ++row) values.push_back(table.values(row, value));
    const std::vector<double> scores = windowed_gaussian(values);
    double worst = 0;
    for (Index row = 0; row < table.rows(); ++row) {
      worst = std::max(worst,
                       std::abs(scores[static_cast<std::size_t>(row)] - static_cast<double>(table.values(row, score))));
    }
    EXPECT_LT(worst, 1e-6) << file;  // the table holds float32
  }
}

}  // namespace
}  // namespace wavetrain::series
