#include "wavetrain/series/series_set.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "series/read_text.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/series/missing.hpp"
#include "wavetrain/series/nearest_neighbor.hpp"

namespace wavetrain::series {
namespace {

const float kNaN = std::numeric_limits<float>::quiet_NaN();

SeriesSet unequal() { return read_text("@univariate false\n@classLabel true 1 2\n@data\n1,2,3:4,5,6:2\n7:8:1\n"); }

TEST(SeriesSet, PadAndTruncate) {
  const SeriesSet longer = pad_to(unequal(), 4, -1);
  EXPECT_EQ(longer.values.shape(), (Shape{2, 4, 2}));
  EXPECT_EQ(longer.values(0, 2, 1), 6.0f);
  EXPECT_EQ(longer.values(1, 1, 0), -1.0f);
  EXPECT_EQ(longer.lengths, (std::vector<Index>{3, 1}));
  const SeriesSet shorter = pad_to(unequal(), 1, 0, true);
  EXPECT_EQ(shorter.values, (Array(Shape{2, 1, 2}, std::vector<float>{1, 4, 7, 8})));
  EXPECT_TRUE(shorter.equal_length);
  EXPECT_THROW(pad_to(unequal(), 2), ValueError);
  EXPECT_THROW(pad_to(unequal(), 0), ValueError);
}

TEST(SeriesSet, TakeRepeatsAndReorders) {
  const SeriesSet set = take(unequal(), std::vector<Index>{1, 0, 1});
  EXPECT_EQ(set.labels, (Labels{0, 1, 0}));
  EXPECT_EQ(set.lengths, (std::vector<Index>{1, 3, 1}));
  EXPECT_EQ(set.values(1, 2, 1), 6.0f);
  EXPECT_THROW(take(unequal(), std::vector<Index>{2}), IndexError);
  EXPECT_EQ(take(read_text("@targetLabel true\n@data\n1:5\n2:6\n"), std::vector<Index>{1}).targets, (Array{6}));
  EXPECT_EQ(take(unequal(), {}).samples(), 0);
}

TEST(SeriesSet, PaddingIsNeverMissing) {
  SeriesSet set = unequal();
  set.values(1, 2, 0) = kNaN;
  EXPECT_FALSE(set.first_missing().has_value());
  EXPECT_FALSE(SeriesSet().first_missing().has_value());
}

TEST(FillMissing, Policies) {
  const auto filled = [](MissingPolicy policy) {
    Array x(Shape{1, 6, 1}, std::vector<float>{kNaN, 2, kNaN, kNaN, 8, kNaN});
    fill_missing(x, policy);
    return x;
  };
  const auto expect = [](std::vector<float> values) { return Array(Shape{1, 6, 1}, std::span<const float>(values)); };
  EXPECT_EQ(filled(MissingPolicy::zero), expect({0, 2, 0, 0, 8, 0}));
  EXPECT_EQ(filled(MissingPolicy::mean), expect({5, 2, 5, 5, 8, 5}));
  EXPECT_EQ(filled(MissingPolicy::interpolate), expect({2, 2, 4, 6, 8, 8}));
  try {
    filled(MissingPolicy::error);
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(
        error.what(),
        "a value is missing (NaN): series 0, channel 0, step 0 (counted from 0); fill missing values with zero, "
        "mean or interp");
  }
}

TEST(FillMissing, ChannelsAndLengths) {
  SeriesSet set = read_text("@univariate false\n@classLabel true 1\n@data\n1,?,3:?,5,6:1\n?,4:1,1:1\n");
  fill_missing(set, MissingPolicy::interpolate);
  EXPECT_EQ(set.values, (Array(Shape{2, 3, 2}, std::vector<float>{1, 5, 2, 5, 3, 6, 4, 1, 4, 1, 0, 0})));
  EXPECT_FALSE(set.has_missing);
  Array all(Shape{1, 2, 1}, kNaN);
  EXPECT_THROW(fill_missing(all, MissingPolicy::mean), ValueError);
  EXPECT_THROW(fill_missing(all, MissingPolicy::interpolate), ValueError);
  EXPECT_EQ(missing_policy("interp"), MissingPolicy::interpolate);
  EXPECT_THROW(missing_policy("drop"), ValueError);
}

TEST(NearestNeighbor, FirstOfTheClosest) {
  const Array train(Shape{3, 2, 1}, std::vector<float>{5, 5, 0, 0, 0, 0});
  const Array test(Shape{2, 2, 1}, std::vector<float>{0, 1, 4, 4});
  EXPECT_EQ(nearest_neighbors(train, test), (std::vector<Index>{1, 0}));
  EXPECT_THROW(nearest_neighbors(train, Array(Shape{1, 3, 1})), ValueError);
  EXPECT_THROW(nearest_neighbors(Array(Shape{0, 2, 1}), test), ValueError);
  EXPECT_THROW(nearest_neighbors(train, Array(Shape{1, 2, 1}, kNaN)), ValueError);
  EXPECT_EQ(count_errors(Labels{0, 1, 2}, Labels{0, 2, 2}), 1);
}

}  // namespace
}  // namespace wavetrain::series
