// Classes and numbers without a network: one nearest neighbour with Euclidean distance or dynamic time warping, the
// baselines of the UCR archive ("ED (w=0)" and "DTW"), the most frequent class, the mean. Deterministic, nothing to
// train; whoever reads a set correctly gets the published number of errors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

// For each sample of `test`, the position of the closest sample of `train`; the first one of several equally close.
// Both are shaped (samples, time, channels) and contiguous; all channels count, padding as well. Sums are in double
// precision. Throws ValueError for shapes that differ behind the first dimension, for an empty `train`, and for a NaN.
std::vector<Index> nearest_neighbors(ConstView train, ConstView test);

// The same under dynamic time warping inside a Sakoe-Chiba band: the smallest sum of squared differences (over all
// channels at once) along a path of steps (i, k) with |i - k| <= band. A band of 0 is the Euclidean distance, one of
// time - 1 has no limit. With lengths only the steps before them count, and the band is widened by what two lengths
// differ by. Throws as above, and for a negative band. O(samples · time · band); cut off early where it is hopeless.
struct WarpingOptions {
  Index band = 0;
  std::span<const Index> train_lengths{};  // empty: all steps
  std::span<const Index> test_lengths{};
};
std::vector<Index> nearest_neighbors_warped(ConstView train, ConstView test, const WarpingOptions& options);

// The class that most of `labels` have, the first of equals. Throws ValueError for none.
std::int32_t majority_class(const Labels& labels);

// The classes that `train` gives to `test`. Throws ValueError when `train` has no labels.
Labels classify_nearest(const SeriesSet& train, const SeriesSet& test);

// Test samples whose class differs. Classes are compared by position: match_classes first, as read_split does.
Index count_errors(const Labels& expected, const Labels& received);

}  // namespace wavetrain::series
