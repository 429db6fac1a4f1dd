#include "wavetrain/series/normalize.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

const float kNaN = std::numeric_limits<float>::quiet_NaN();

Array cube(Shape shape, std::vector<float> values) { return Array(shape, std::span<const float>(values)); }

TEST(Normalize, PerSeriesUsesThePopulationDeviation) {
  Array x = cube({2, 2, 2}, {1, 10, 3, 30, -5, 0, -5, 8});
  Normalizer::fit(Scaling::per_series, x).apply(x);
  EXPECT_EQ(x, cube({2, 2, 2}, {-1, -1, 1, 1, 0, -1, 0, 1}));  // the constant channel becomes 0
}

TEST(Normalize, AConstantIsZeroWhateverItsRounding) {
  Array x(Shape{1, 23, 1}, 0.1f);
  Normalizer::fit(Scaling::per_series, x).apply(x);
  EXPECT_EQ(x, Array(Shape({1, 23, 1}), 0.0f));
  Array tiny = cube({1, 2, 1}, {1e-30f, 3e-30f});
  Normalizer::fit(Scaling::per_series, tiny).apply(tiny);
  EXPECT_EQ(tiny, cube({1, 2, 1}, {-1, 1}));
}

TEST(Normalize, NaNAndPaddingDoNotCount) {
  Array x = cube({2, 3, 1}, {1, kNaN, 3, 5, 7, 100});
  const std::vector<Index> lengths{3, 2};
  Normalizer::fit(Scaling::per_series, x, lengths).apply(x, lengths);
  EXPECT_EQ(x[0], -1);
  EXPECT_TRUE(std::isnan(x[1]));
  EXPECT_EQ(x[2], 1);
  EXPECT_EQ(x[3], -1);
  EXPECT_EQ(x[5], 100);  // padding stays
  Array missing(Shape{1, 2, 1}, kNaN);
  EXPECT_NO_THROW(Normalizer::fit(Scaling::per_series, missing).apply(missing));
}

TEST(Normalize, GlobalLearnsOnceAndInverts) {
  const Array train = cube({2, 2, 2}, {1, 7, 3, 7, kNaN, 7, 2, 7});
  const Normalizer scaler = Normalizer::fit(Scaling::global, train);
  EXPECT_DOUBLE_EQ(scaler.means()[0], 2);
  EXPECT_DOUBLE_EQ(scaler.deviations()[0], std::sqrt(2.0 / 3.0));
  EXPECT_DOUBLE_EQ(scaler.deviations()[1], 1);
  Array test = cube({2, 2}, {2, 8, 4, 7});
  scaler.apply(test);
  EXPECT_FLOAT_EQ(test(1, 0), static_cast<float>(2 / std::sqrt(2.0 / 3.0)));
  EXPECT_EQ(test(0, 1), 1.0f);
  scaler.invert(test);
  EXPECT_EQ(test, (Array{{2, 8}, {4, 7}}));
  Array forecast = cube({1, 2, 1}, {0, 1});
  scaler.invert(forecast, 1);
  EXPECT_EQ(forecast, cube({1, 2, 1}, {7, 8}));
}

TEST(Normalize, StridedViews) {
  Array x{{1, 100}, {3, 200}};
  const View column(x.data(), Shape{2, 1}, Shape{2, 1});
  Normalizer::fit(Scaling::per_series, column).apply(column);
  EXPECT_EQ(x, (Array{{-1, 100}, {1, 200}}));
}

TEST(Normalize, NoneDoesNothing) {
  Array x{{1, 2}};
  Normalizer().apply(x);
  EXPECT_EQ(x, (Array{{1, 2}}));
  EXPECT_EQ(Normalizer::fit(Scaling::none, x), Normalizer());
}

TEST(Normalize, ThroughConfig) {
  const Array x = cube({1, 3, 2}, {1, 2, 3, 5, 8, 13});
  for (const Scaling scaling : {Scaling::none, Scaling::per_series, Scaling::global}) {
    const Normalizer scaler = Normalizer::fit(scaling, x);
    EXPECT_EQ(Normalizer::from_config(scaler.to_config()), scaler) << to_string(scaling);
  }
  EXPECT_EQ(Normalizer::fit(Scaling::global, cube({2, 1}, {1, 3})).to_config().repr(),
            "{'scaling': 'global', 'mean': [2.0], 'std': [1.0]}");
  EXPECT_THROW(Normalizer::from_config(Config::dict({{"scaling", "minmax"}})), ValueError);
  EXPECT_THROW(Normalizer::from_config(Config::dict({{"scaling", "global"}})), ValueError);
  EXPECT_THROW(Normalizer::from_config(
                   Config::dict({{"scaling", "global"}, {"mean", Config::list({1.0})}, {"std", Config::list({0.0})}})),
               ValueError);
}

TEST(Normalize, Errors) {
  Array x{{1, 2}};
  EXPECT_THROW(Normalizer::fit(Scaling::global, Array{1, 2}), ValueError);
  EXPECT_THROW(Normalizer::fit(Scaling::global, Array(Shape{1, 2, 1}, kNaN)), ValueError);
  EXPECT_THROW(Normalizer::fit(Scaling::global, Array{{1, std::numeric_limits<float>::infinity()}}), ValueError);
  EXPECT_THROW(Normalizer::fit(Scaling::global, cube({1, 1}, {1})).apply(x), ValueError);
  EXPECT_THROW(Normalizer::fit(Scaling::per_series, x).invert(x), ValueError);
  EXPECT_THROW(Normalizer::fit(Scaling::global, x).invert(x, 1), ValueError);
  EXPECT_THROW(Normalizer::fit(Scaling::global, x, std::vector<Index>{5}), ValueError);
}

}  // namespace
}  // namespace wavetrain::series
