#include "wavetrain/series/nearest_neighbor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

// The squared distance, or something above `limit` as soon as it is known to be there.
double distance_below(const float* a, const float* b, Index size, double limit) {
  constexpr Index kBlock = 32;
  double sum = 0;
  for (Index begin = 0; begin < size; begin += kBlock) {
    for (Index k = begin; k < std::min(size, begin + kBlock); ++k) {
      const double difference = static_cast<double>(a[k]) - b[k];
      sum += difference * difference;
    }
    if (sum > limit) return sum;
  }
  return sum;
}

void refuse_missing(std::span<const float> values, Index row, const char* name) {
  const auto found = std::find_if(values.begin(), values.end(), [](float value) { return std::isnan(value); });
  if (found == values.end()) return;
  throw ValueError(fmt::format("Nearest neighbours need complete series. Received: NaN in {} sample {}", name,
                               (found - values.begin()) / row));
}

// What both searches need of their arrays.
void check(ConstView train, ConstView test) {
  if (train.rank() < 1 || train.rank() != test.rank() ||
      !(train.shape().without_first() == test.shape().without_first())) {
    throw ValueError(fmt::format("Expected training and test series of one shape. Received: {} and {}",
                                 to_string(train.shape()), to_string(test.shape())));
  }
  if (train.shape()[0] == 0) throw ValueError("Nearest neighbours need at least one training series.");
  const Index row = train.shape().size_from(1);
  refuse_missing(train.span(), row, "training");
  refuse_missing(test.span(), row, "test");
}

class Warping {
 public:
  Warping(Index time, Index channels) : channels_(channels), above_(row(time)), here_(row(time)) {}

  // The squared distance, or infinity when it is above `limit`.
  double distance_below(const float* a, Index a_steps, const float* b, Index b_steps, Index band, double limit) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    band = std::max(band, std::abs(a_steps - b_steps));
    // Both ends are on every path.
    const double ends = cost(a, b) + cost(a + (a_steps - 1) * channels_, b + (b_steps - 1) * channels_);
    if (a_steps > 1 && b_steps > 1 && ends > limit) return kInfinity;
    std::fill(above_.begin(), above_.end(), kInfinity);
    above_[0] = 0;  // in front of the first step
    for (Index i = 0; i < a_steps; ++i) {
      std::fill(here_.begin(), here_.end(), kInfinity);
      double best = kInfinity;
      for (Index k = std::max<Index>(0, i - band); k <= std::min(b_steps - 1, i + band); ++k) {
        const auto at = static_cast<std::size_t>(k);
        const double before = std::min({above_[at], above_[at + 1], here_[at]});
        best = std::min(best, here_[at + 1] = before + cost(a + i * channels_, b + k * channels_));
      }
      if (best > limit) return kInfinity;
      std::swap(above_, here_);
    }
    return above_[static_cast<std::size_t>(b_steps)];
  }

 private:
  static std::vector<double> row(Index time) { return std::vector<double>(static_cast<std::size_t>(time) + 1); }
  double cost(const float* a, const float* b) const {
    double sum = 0;
    for (Index c = 0; c < channels_; ++c) {
      const double difference = static_cast<double>(a[c]) - b[c];
      sum += difference * difference;
    }
    return sum;
  }

  Index channels_;
  std::vector<double> above_, here_;  // position k + 1 holds step k
};

}  // namespace

std::vector<Index> nearest_neighbors(ConstView train, ConstView test) {
  check(train, test);
  const Index row = train.shape().size_from(1);
  std::vector<Index> nearest(static_cast<std::size_t>(test.shape()[0]));
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    double best = std::numeric_limits<double>::infinity();
    for (Index k = 0; k < train.shape()[0]; ++k) {
      const double distance =
          distance_below(train.data() + k * row, test.data() + static_cast<Index>(i) * row, row, best);
      if (distance < best) {
        best = distance;
        nearest[i] = k;
      }
    }
  }
  return nearest;
}

std::vector<Index> nearest_neighbors_warped(ConstView train, ConstView test, const WarpingOptions& options) {
  check(train, test);
  if (train.rank() != 3 || options.band < 0) {
    throw ValueError(
        fmt::format("Warping needs (samples, time, channels) and a band of at least 0. Received: {} and {}",
                    to_string(train.shape()), options.band));
  }
  const Index time = train.shape()[1], channels = train.shape()[2];
  const auto length = [&](std::span<const Index> lengths, Index i) {
    return lengths.empty() ? time : lengths[static_cast<std::size_t>(i)];
  };
  Warping warping(time, channels);
  std::vector<Index> nearest(static_cast<std::size_t>(test.shape()[0]));
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    const auto sample = static_cast<Index>(i);
    double best = std::numeric_limits<double>::infinity();
    for (Index k = 0; k < train.shape()[0]; ++k) {
      const double distance = warping.distance_below(
          test.data() + sample * time * channels, length(options.test_lengths, sample),
          train.data() + k * time * channels, length(options.train_lengths, k), options.band, best);
      if (distance < best) {
        best = distance;
        nearest[i] = k;
      }
    }
  }
  return nearest;
}

std::int32_t majority_class(const Labels& labels) {
  if (labels.empty()) throw ValueError("The most frequent class of no labels is not defined.");
  std::vector<Index> counts;
  for (const std::int32_t label : labels) {
    if (static_cast<std::size_t>(label) >= counts.size()) counts.resize(static_cast<std::size_t>(label) + 1);
    ++counts[static_cast<std::size_t>(label)];
  }
  return static_cast<std::int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
}

Labels classify_nearest(const SeriesSet& train, const SeriesSet& test) {
  if (!train.has_labels()) throw ValueError("Nearest neighbours need a training set with classes.");
  const std::vector<Index> nearest = nearest_neighbors(train.values, test.values);
  Labels labels(Shape{test.samples()});
  for (std::size_t i = 0; i < nearest.size(); ++i) labels[static_cast<Index>(i)] = train.labels[nearest[i]];
  return labels;
}

Index count_errors(const Labels& expected, const Labels& received) {
  if (expected.size() != received.size()) {
    throw ValueError(fmt::format("Expected {} classes. Received: {}", expected.size(), received.size()));
  }
  Index errors = 0;
  for (Index i = 0; i < expected.size(); ++i) errors += expected[i] != received[i];
  return errors;
}

}  // namespace wavetrain::series
