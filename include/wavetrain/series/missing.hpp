// What to do with missing values (NaN) before training: a network turns one of them into a network of NaN.
#pragma once

#include <span>
#include <string_view>

#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

enum class MissingPolicy {
  error,        // refuse, naming the first one
  zero,         // 0
  mean,         // the mean of the values that the same channel of the same series has
  interpolate,  // on a straight line between the neighbours; the nearest value at the ends
};

// "error", "zero", "mean" or "interp" (also "interpolate"). Throws ValueError for another name.
MissingPolicy missing_policy(std::string_view name);

// Fills NaN in place in values shaped (samples, time, channels) or (time, channels); only the first lengths[i] steps of
// sample i count (empty: all). Throws ValueError: with `error` for the first NaN, naming sample, channel and step; with
// `mean` and `interpolate` for a channel of a series that has no value at all.
void fill_missing(View values, MissingPolicy policy, std::span<const Index> lengths = {});
// Also clears has_missing; messages name the file.
void fill_missing(SeriesSet& set, MissingPolicy policy);

}  // namespace wavetrain::series
