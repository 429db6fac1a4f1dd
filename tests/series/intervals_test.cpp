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
  EXPECT_DOUBLE_EQ(ForecastIntervals::fit(0.5, forecasts, truth).coverage(forecasts, truth), 5.0 / 9);
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
  EXPECT_NEAR(intervals.coverage(forecasts.view().slice(2000, 2000), truth.view().slice(2000, 2000)), 0.9, 0.02);
}

TEST(AdaptiveIntervals, FollowErrorsThatGrow) {
  Random random(2);
  const Index n = 3000;
  Array known(Shape{200, 1}), known_truth(Shape{200, 1}), forecasts(Shape{n, 1}), truth(Shape{n, 1});
  for (float& value : known_truth) value = static_cast<float>(random.normal());
  for (Index i = 0; i < n; ++i) truth[i] = static_cast<float>(random.normal() * (1 + 3.0 * static_cast<double>(i) / n));
  const double fixed = ForecastIntervals::fit(0.9, known, known_truth).coverage(forecasts, truth);
  const Array radii = adaptive_radii({.level = 0.9}, known, known_truth, forecasts, truth);
  Index inside = 0;
  for (Index i = 0; i < n; ++i) inside += std::abs(truth[i]) <= radii[i];
  EXPECT_LT(fixed, 0.7);
  EXPECT_NEAR(static_cast<double>(inside) / n, 0.9, 0.015);
}

}  // namespace
}  // namespace wavetrain::series
