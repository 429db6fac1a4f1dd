#include "wavetrain/series/intervals.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::series {
namespace {

TEST(ForecastIntervals, RadiusIsTheRankOfTheErrors) {
  Array forecasts(Shape{9, 1});
  Array truth(Shape{9, 1});
  for (Index i = 0; i < 9; ++i) truth[i] = static_cast<float>(i % 2 == 0 ? i + 1 : -(i + 1));  // errors 1 … 9
  EXPECT_EQ(ForecastIntervals::fit(0.9, forecasts, truth).radius(0), 9);                       // ceil(10 · 0.9)
  EXPECT_EQ(ForecastIntervals::fit(0.5, forecasts, truth).radius(0), 5);
  EXPECT_THROW(ForecastIntervals::fit(0.95, forecasts, truth), ValueError);  // would need 19
  EXPECT_THROW(ForecastIntervals::fit(1.0, forecasts, truth), ValueError);
  EXPECT_THROW(ForecastIntervals::fit(0.5, forecasts, Array(Shape{9, 2})), ValueError);
  const IntervalScore score = score_intervals(ForecastIntervals::fit(0.5, forecasts, truth).around(forecasts), truth);
  EXPECT_DOUBLE_EQ(score.coverage, 5.0 / 9);
  EXPECT_DOUBLE_EQ(score.width, 10);
  EXPECT_THROW(score_intervals({forecasts, forecasts}, Array(Shape{9, 1}, std::nanf(""))), ValueError);
  EXPECT_THROW(ForecastIntervals::fit(0.5, forecasts, truth).around(Array(Shape{9, 2})), ValueError);
}

TEST(ForecastIntervals, MoveTheBoundsOfANetwork) {
  // Bounds -1 and 1; the truth lies 0, 1, 2, 3 outside, and in the middle.
  const Bounds bounds{Array(Shape{5, 1}, -1.0f), Array(Shape{5, 1}, 1.0f)};
  const Array truth(Shape{5, 1}, std::vector<float>{1, -2, 3, -4, 0});
  const auto radius = [&](double level) { return ForecastIntervals::fit(level, bounds, truth).radius(0); };
  EXPECT_EQ(radius(0.8), 3);   // the 5th of -1, 0, 1, 2, 3
  EXPECT_EQ(radius(0.3), 0);   // the 2nd
  EXPECT_EQ(radius(0.1), -1);  // the 1st: bounds may be too wide
  const Bounds wide = ForecastIntervals::fit(0.8, bounds, truth).around(bounds);
  EXPECT_EQ(wide.low[0], -4);
  EXPECT_EQ(wide.high[0], 4);
  const Bounds gone = widened(bounds, Array(Shape{5, 1}, -3.0f));  // would cross
  EXPECT_EQ(gone.low[0], 0);
  EXPECT_EQ(gone.high[0], 0);
  const ForecastIntervals tight = ForecastIntervals::fit(0.1, bounds, truth);
  EXPECT_EQ(ForecastIntervals::from_config(tight.to_config()), tight);
}

// Noise whose width is known to the bounds, which are too narrow by a factor: every row gets its share.
TEST(ForecastIntervals, OfQuantilesFollowWhatIsUncertain) {
  Random random(4);
  const Index n = 4000;
  Bounds bounds{Array(Shape{n, 1}), Array(Shape{n, 1})};
  Array middle(Shape{n, 1}), truth(Shape{n, 1});
  for (Index i = 0; i < n; ++i) {
    const double width = i % 2 == 0 ? 1 : 5;
    bounds.high[i] = static_cast<float>(1.2 * width);
    bounds.low[i] = -bounds.high[i];
    truth[i] = static_cast<float>(width * random.normal());
  }
  const auto half = [&](const Array& values, Index first) { return Array::copy_of(values.view().slice(first, n / 2)); };
  const Bounds known{half(bounds.low, 0), half(bounds.high, 0)},
      later{half(bounds.low, n / 2), half(bounds.high, n / 2)};
  const Array known_truth = half(truth, 0), later_truth = half(truth, n / 2);
  const IntervalScore plain = score_intervals(later, later_truth);
  const IntervalScore corrected =
      score_intervals(ForecastIntervals::fit(0.9, known, known_truth).around(later), later_truth);
  const IntervalScore symmetric = score_intervals(
      ForecastIntervals::fit(0.9, half(middle, 0), known_truth).around(half(middle, n / 2)), later_truth);
  EXPECT_NEAR(plain.coverage, 0.77, 0.03);  // ±1.2 deviations
  EXPECT_NEAR(corrected.coverage, 0.9, 0.02);
  EXPECT_NEAR(symmetric.coverage, 0.9, 0.02);
  EXPECT_LT(corrected.width, 0.95 * symmetric.width);
}

TEST(ForecastIntervals, EveryStepAndTargetHasItsOwn) {
  Array forecasts(Shape{3, 2, 2});
  Array truth(Shape{3, 2, 2});
  for (Index i = 0; i < 3; ++i) {
    for (Index column = 0; column < 4; ++column) truth[i * 4 + column] = static_cast<float>(column * 10 + i);
  }
  const ForecastIntervals intervals = ForecastIntervals::fit(0.75, forecasts, truth);
  EXPECT_EQ(intervals.radii(), (std::vector<double>{2, 12, 22, 32}));
  EXPECT_EQ(intervals.radius(1, 0), 22);
  EXPECT_EQ(ForecastIntervals::from_config(intervals.to_config()), intervals);
  EXPECT_THROW(
      ForecastIntervals::from_config(Config::dict({{"level", 0.5}, {"targets", 2}, {"radii", Config::list({1.0})}})),
      ValueError);
}

TEST(ForecastIntervals, CoverWhatTheyPromise) {
  Random random(1);
  Array forecasts(Shape{4000, 1}), truth(Shape{4000, 1});
  for (float& value : truth) value = static_cast<float>(random.normal());
  const ForecastIntervals intervals =
      ForecastIntervals::fit(0.9, forecasts.view().slice(0, 2000), truth.view().slice(0, 2000));
  const Bounds bounds = intervals.around(forecasts.view().slice(2000, 2000));
  EXPECT_NEAR(score_intervals(bounds, truth.view().slice(2000, 2000)).coverage, 0.9, 0.02);
}

TEST(AdaptiveIntervals, FollowErrorsThatGrow) {
  Random random(2);
  const Index n = 3000;
  Array known(Shape{200, 1}), known_truth(Shape{200, 1}), forecasts(Shape{n, 1}), truth(Shape{n, 1});
  for (float& value : known_truth) value = static_cast<float>(random.normal());
  for (Index i = 0; i < n; ++i) truth[i] = static_cast<float>(random.normal() * (1 + 3.0 * static_cast<double>(i) / n));
  const double fixed =
      score_intervals(ForecastIntervals::fit(0.9, known, known_truth).around(forecasts), truth).coverage;
  const Array radii = adaptive_radii({.level = 0.9}, {known, known}, known_truth, {forecasts, forecasts}, truth);
  Index inside = 0;
  for (Index i = 0; i < n; ++i) inside += std::abs(truth[i]) <= radii[i];
  EXPECT_LT(fixed, 0.7);
  EXPECT_NEAR(static_cast<double>(inside) / n, 0.9, 0.015);
}

}  // namespace
}  // namespace wavetrain::series
