#include "wavetrain/series/validation.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::series {
namespace {

std::vector<Index> shuffled(std::vector<Index> positions, Random& random) {
  for (std::size_t i = positions.size(); i > 1; --i) {
    std::swap(positions[i - 1], positions[random.below(static_cast<std::uint32_t>(i))]);
  }
  return positions;
}

std::vector<Index> counting(Index count) {
  std::vector<Index> positions(static_cast<std::size_t>(count));
  std::iota(positions.begin(), positions.end(), Index{0});
  return positions;
}

// Positions of each class, in random order, behind each other.
std::vector<std::vector<Index>> by_class(const Labels& labels, Random& random) {
  std::int32_t classes = 0;
  for (const std::int32_t label : labels) classes = std::max(classes, label + 1);
  std::vector<std::vector<Index>> groups(static_cast<std::size_t>(classes));
  for (Index i = 0; i < labels.size(); ++i) groups[static_cast<std::size_t>(labels[i])].push_back(i);
  for (std::vector<Index>& group : groups) group = shuffled(std::move(group), random);
  return groups;
}

// Deals `order` to the folds like cards.
std::vector<Fold> deal(const std::vector<Index>& order, Index folds) {
  const auto samples = static_cast<Index>(order.size());
  if (folds < 2 || folds > samples) {
    throw ValueError(fmt::format("Expected from 2 folds to {}, one per sample. Received: {}", samples, folds));
  }
  std::vector<Fold> result(static_cast<std::size_t>(folds));
  for (Index i = 0; i < samples; ++i) {
    for (Index k = 0; k < folds; ++k) {
      Fold& fold = result[static_cast<std::size_t>(k)];
      (i % folds == k ? fold.test : fold.train).push_back(order[static_cast<std::size_t>(i)]);
    }
  }
  for (Fold& fold : result) {
    std::sort(fold.train.begin(), fold.train.end());
    std::sort(fold.test.begin(), fold.test.end());
  }
  return result;
}

}  // namespace

std::vector<Fold> k_fold(Index samples, Index folds, std::uint64_t seed) {
  Random random(seed);
  return deal(shuffled(counting(samples), random), folds);
}

std::vector<Fold> stratified_k_fold(const Labels& labels, Index folds, std::uint64_t seed) {
  Random random(seed);
  std::vector<Index> order;
  for (const std::vector<Index>& group : by_class(labels, random))
    order.insert(order.end(), group.begin(), group.end());
  return deal(order, folds);
}

Fold random_split(Index samples, const Labels& labels, double fraction, std::uint64_t seed) {
  if (!(fraction > 0 && fraction < 1)) {
    throw ValueError(fmt::format("Expected a part between 0 and 1 for testing. Received: {}", fraction));
  }
  Random random(seed);
  std::vector<std::vector<Index>> groups;
  if (labels.empty()) groups.push_back(shuffled(counting(samples), random));
  else groups = by_class(labels, random);
  Fold fold;
  for (const std::vector<Index>& group : groups) {
    const auto size = static_cast<Index>(group.size());
    auto held = static_cast<Index>(fraction * static_cast<double>(size) + 0.5);
    if (size >= 2) held = std::clamp<Index>(held, 1, size - 1);
    for (Index i = 0; i < size; ++i) (i < held ? fold.test : fold.train).push_back(group[static_cast<std::size_t>(i)]);
  }
  if (fold.train.empty() || fold.test.empty() || fraction * static_cast<double>(samples) < 1) {
    throw ValueError(fmt::format("A part of {} leaves nothing on one side of {} samples.", fraction, samples));
  }
  std::sort(fold.train.begin(), fold.train.end());
  std::sort(fold.test.begin(), fold.test.end());
  return fold;
}

std::vector<TimeSplit> rolling_origins(Index rows, Index origins, Index test_rows) {
  if (origins < 1 || test_rows < 1 || origins > (rows - 1) / test_rows) {
    throw ValueError(
        fmt::format("{} blocks of {} rows leave nothing to train on in {} rows.", origins, test_rows, rows));
  }
  std::vector<TimeSplit> splits;
  for (Index k = origins; k > 0; --k) {
    const Index begin = rows - k * test_rows;
    splits.push_back({.train = {0, begin}, .validation = {begin, begin}, .test = {begin, begin + test_rows}});
  }
  return splits;
}

}  // namespace wavetrain::series
