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
  mask,         // 0, and steps with a missing value are left out by missing_mask
};

// "error", "zero", "mean", "interp" (also "interpolate") or "mask". Throws ValueError for another name.
MissingPolicy missing_policy(std::string_view name);
const char* to_string(MissingPolicy policy);

// (samples, time): 1 where a step is inside its series and no channel misses its value, else 0; what FitOptions::mask
// takes. A series without a single such step keeps its first step, so that something is left of it.
Array missing_mask(ConstView values, std::span<const Index> lengths = {});

// Fills NaN in place in values shaped (samples, time, channels) or (time, channels); only the first lengths[i] steps of
// sample i count (empty: all). Throws ValueError: with `error` for the first NaN, naming sample, channel and step; with
// `mean` and `interpolate` for a channel of a series that has no value at all.
void fill_missing(View values, MissingPolicy policy, std::span<const Index> lengths = {});
// Also clears has_missing; messages name the file.
void fill_missing(SeriesSet& set, MissingPolicy policy);

}  // namespace wavetrain::series
