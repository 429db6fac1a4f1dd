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

}  // namespace

std::vector<Index> nearest_neighbors(ConstView train, ConstView test) {
  if (train.rank() < 1 || train.rank() != test.rank() ||
      !(train.shape().without_first() == test.shape().without_first())) {
    throw ValueError(fmt::format("Expected training and test series of one shape. Received: {} and {}",
                                 to_string(train.shape()), to_string(test.shape())));
  }
  if (train.shape()[0] == 0) throw ValueError("Nearest neighbours need at least one training series.");
  const Index row = train.shape().size_from(1);
  refuse_missing(train.span(), row, "training");
  refuse_missing(test.span(), row, "test");
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
