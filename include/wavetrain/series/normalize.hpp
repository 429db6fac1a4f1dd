// Scaling values before training, in place, and back.
//
//   none        values stay as they are
//   per_series  every channel of every series on its own: (x - mean) / std, with the population standard deviation
//               (divided by n); the level of a series is lost. This is what the UCR archive calls z-normalised.
//   global      every channel with the mean and population standard deviation of all training series
//   min_max     every channel with the smallest and largest value of all training series, to 0 .. 1
//   robust      every channel with their median and interquartile range, which outliers do not move
//
// Means and deviations are taken over the values that are there: NaN and padding do not count, NaN stays NaN, padding
// stays as it is. A constant series or channel has its deviation set to 1 (it becomes 0, never NaN). Sums are in double
// precision, in a fixed order.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

enum class Scaling { none, per_series, global, min_max, robust };

const char* to_string(Scaling scaling);
// By name; "series" and "standard" are per_series and global, too. Throws ValueError for another name.
Scaling scaling_named(std::string_view name);

class Normalizer {
 public:
  Normalizer() = default;  // none

  // Learns what `scaling` needs from values shaped (samples, time, channels) or (time, channels). `lengths` holds the
  // steps of each sample that count; empty: all. Throws ValueError for another rank, and for the kinds that learn when
  // a channel has no value at all or an infinite one.
  static Normalizer fit(Scaling scaling, ConstView values, std::span<const Index> lengths = {});
  static Normalizer fit(Scaling scaling, const SeriesSet& training) {
    return fit(scaling, training.values, training.lengths);
  }

  // Scales in place. Throws ValueError when the number of channels is not the one that was learned.
  void apply(View values, std::span<const Index> lengths = {}) const;
  void apply(SeriesSet& set) const { apply(set.values, set.lengths); }

  // Back to the original units, for all but per_series; the values are those of channels `channel`, `channel` + 1, …
  // Throws ValueError for per_series, whose means are not kept.
  void invert(View values, Index channel = 0) const;

  Scaling scaling() const { return scaling_; }
  std::span<const double> means() const { return means_; }
  std::span<const double> deviations() const { return deviations_; }

  // {'scaling': 'global', 'mean': [...], 'std': [...]}, and from it; from_config throws ValueError for anything else.
  Config to_config() const;
  static Normalizer from_config(const Config& config);

  friend bool operator==(const Normalizer&, const Normalizer&) = default;

 private:
  Scaling scaling_ = Scaling::none;
  std::vector<double> means_;       // one per channel: what becomes 0
  std::vector<double> deviations_;  // one per channel, never 0: what becomes 1 above it
};

}  // namespace wavetrain::series
