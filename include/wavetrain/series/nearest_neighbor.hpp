// One-nearest-neighbour with Euclidean distance: the baseline of the UCR archive ("ED (w=0)"). Deterministic, nothing
// to train; whoever reads a set correctly gets the published number of errors.
#pragma once

#include <vector>

#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

// For each sample of `test`, the position of the closest sample of `train`; the first one of several equally close.
// Both are shaped (samples, time, channels) and contiguous; all channels count, padding as well. Sums are in double
// precision. Throws ValueError for shapes that differ behind the first dimension, for an empty `train`, and for a NaN.
std::vector<Index> nearest_neighbors(ConstView train, ConstView test);

// The classes that `train` gives to `test`. Throws ValueError when `train` has no labels.
Labels classify_nearest(const SeriesSet& train, const SeriesSet& test);

// Test samples whose class differs. Classes are compared by position: match_classes first, as read_split does.
Index count_errors(const Labels& expected, const Labels& received);

}  // namespace wavetrain::series
