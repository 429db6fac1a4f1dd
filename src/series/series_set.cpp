#include "wavetrain/series/series_set.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {

std::vector<Index> SeriesSet::class_counts() const {
  std::vector<Index> counts(class_names.size());
  for (const std::int32_t label : labels) ++counts.at(static_cast<std::size_t>(label));
  return counts;
}

std::optional<Position> SeriesSet::first_missing() const {
  const Index row = time() * channels();
  for (Index i = 0; i < samples(); ++i) {
    const Index length = lengths.empty() ? time() : lengths[static_cast<std::size_t>(i)];
    const float* series = values.data() + i * row;
    for (Index k = 0; k < length * channels(); ++k) {
      if (std::isnan(series[k])) return Position{.sample = i, .channel = k % channels(), .step = k / channels()};
    }
  }
  return std::nullopt;
}

SeriesSet pad_to(const SeriesSet& set, Index time, float value, bool truncate) {
  if (time < 1) throw ValueError(fmt::format("Series need at least one time step. Received: time={}", time));
  SeriesSet result = set;
  for (std::size_t i = 0; i < set.lengths.size(); ++i) {
    if (set.lengths[i] <= time) continue;
    if (!truncate) {
      throw ValueError(fmt::format("Series {} of {} has {} time steps, more than the {} to pad to.", i, set.source,
                                   set.lengths[i], time));
    }
    result.lengths[i] = time;
    if (i < result.time_stamps.size()) result.time_stamps[i].resize(static_cast<std::size_t>(time));
  }
  result.values = Array(Shape{set.samples(), time, set.channels()}, value);
  for (Index i = 0; i < set.samples(); ++i) {
    std::copy_n(set.values.data() + i * set.time() * set.channels(),
                result.lengths[static_cast<std::size_t>(i)] * set.channels(),
                result.values.data() + i * time * set.channels());
  }
  result.equal_length = std::all_of(result.lengths.begin(), result.lengths.end(), [&](Index n) { return n == time; });
  result.has_missing = result.first_missing().has_value();
  return result;
}

SeriesSet take(const SeriesSet& set, std::span<const Index> positions) {
  const Index row = set.time() * set.channels();
  const auto count = static_cast<Index>(positions.size());
  SeriesSet result;
  result.class_names = set.class_names;
  result.channel_names = set.channel_names;
  result.source = set.source;
  result.values = Array(Shape{count, set.time(), set.channels()});
  if (set.has_labels()) result.labels = Labels(Shape{count});
  const Index outputs = set.has_targets() ? set.targets.shape().size_from(1) : 0;
  if (set.has_targets()) result.targets = Array(set.targets.shape().without_first().with_first(count));
  for (Index k = 0; k < count; ++k) {
    const Index i = positions[static_cast<std::size_t>(k)];
    if (i < 0 || i >= set.samples()) {
      throw IndexError(fmt::format("Sample {} does not exist in {} samples.", i, set.samples()));
    }
    std::copy_n(set.values.data() + i * row, row, result.values.data() + k * row);
    result.lengths.push_back(set.lengths[static_cast<std::size_t>(i)]);
    if (set.has_labels()) result.labels[k] = set.labels[i];
    std::copy_n(set.targets.data() + i * outputs, outputs, result.targets.data() + k * outputs);
    if (!set.names.empty()) result.names.push_back(set.names[static_cast<std::size_t>(i)]);
    if (!set.time_stamps.empty()) result.time_stamps.push_back(set.time_stamps[static_cast<std::size_t>(i)]);
  }
  result.equal_length =
      std::all_of(result.lengths.begin(), result.lengths.end(), [&](Index n) { return n == set.time(); });
  result.has_missing = set.has_missing && result.first_missing().has_value();
  return result;
}

}  // namespace wavetrain::series
