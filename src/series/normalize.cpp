#include "wavetrain/series/normalize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "series/blocks.hpp"

namespace wavetrain::series {
namespace {

// Mean and deviation in two passes; the second one needs the mean.
struct Moments {
  double sum = 0;
  double squares = 0;  // of the distances from the mean
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  Index count = 0;
  double mean = 0;

  void add(const float* x, Index n, Index stride) {
    for (Index t = 0; t < n; ++t) {
      const double value = x[t * stride];
      if (std::isnan(value)) continue;
      sum += value;
      low = std::min(low, value);
      high = std::max(high, value);
      ++count;
    }
  }
  // A constant's mean is that constant exactly; a sum divided by n can miss it by a rounding error.
  void finish_mean() { mean = low == high ? low : sum / static_cast<double>(count); }
  void add_squares(const float* x, Index n, Index stride) {
    for (Index t = 0; t < n; ++t) {
      const double distance = x[t * stride] - mean;
      if (!std::isnan(distance)) squares += distance * distance;
    }
  }
  double deviation() const {
    const double result = std::sqrt(squares / static_cast<double>(count));
    return low == high || result == 0.0 ? 1.0 : result;
  }
};

void scale(float* x, Index n, Index stride, double mean, double deviation) {
  for (Index t = 0; t < n; ++t) x[t * stride] = static_cast<float>((x[t * stride] - mean) / deviation);
}

constexpr Scaling kScalings[] = {Scaling::none, Scaling::per_series, Scaling::global, Scaling::min_max,
                                 Scaling::robust};

// The median and the distance between the quartiles, 1 for a constant.
std::pair<double, double> median_and_range(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double q) {
    const double position = q * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(position);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (position - static_cast<double>(low)) * (values[high] - values[low]);
  };
  const double range = quantile(0.75) - quantile(0.25);
  return {quantile(0.5), range > 0 ? range : 1.0};
}

std::vector<double> numbers(const Config& list) {
  std::vector<double> result;
  for (const Config& item : list.as_list()) result.push_back(item.as_double());
  return result;
}

}  // namespace

const char* to_string(Scaling scaling) {
  switch (scaling) {
    case Scaling::none: return "none";
    case Scaling::per_series: return "per_series";
    case Scaling::global: return "global";
    case Scaling::min_max: return "min_max";
    case Scaling::robust: return "robust";
  }
  return "unknown";
}

Scaling scaling_named(std::string_view name) {
  if (name == "series") return Scaling::per_series;
  if (name == "standard") return Scaling::global;
  for (const Scaling scaling : kScalings) {
    if (name == to_string(scaling)) return scaling;
  }
  throw ValueError(fmt::format("Expected a scaling: none, per_series, global, min_max or robust. Received: {}", name));
}

Normalizer Normalizer::fit(Scaling scaling, ConstView values, std::span<const Index> lengths) {
  const auto blocks = blocks_of(values, lengths);
  Normalizer result;
  result.scaling_ = scaling;
  if (scaling == Scaling::none || scaling == Scaling::per_series) return result;
  for (Index c = 0; c < blocks.channels; ++c) {
    Moments moments;
    for (Index i = 0; i < blocks.samples; ++i) moments.add(blocks.channel(i, c), blocks.length(i), blocks.time_stride);
    if (moments.count == 0) throw ValueError(fmt::format("Channel {} has no value to learn a scale from.", c));
    if (!std::isfinite(moments.sum)) throw ValueError(fmt::format("Channel {} holds an infinite value.", c));
    if (scaling == Scaling::min_max) {
      result.means_.push_back(moments.low);
      result.deviations_.push_back(moments.high > moments.low ? moments.high - moments.low : 1.0);
      continue;
    }
    if (scaling == Scaling::robust) {
      std::vector<double> present;
      for (Index i = 0; i < blocks.samples; ++i) {
        const float* x = blocks.channel(i, c);
        for (Index t = 0; t < blocks.length(i); ++t) {
          if (!std::isnan(x[t * blocks.time_stride])) present.push_back(x[t * blocks.time_stride]);
        }
      }
      const auto [median, range] = median_and_range(std::move(present));
      result.means_.push_back(median);
      result.deviations_.push_back(range);
      continue;
    }
    moments.finish_mean();
    for (Index i = 0; i < blocks.samples; ++i) {
      moments.add_squares(blocks.channel(i, c), blocks.length(i), blocks.time_stride);
    }
    result.means_.push_back(moments.mean);
    result.deviations_.push_back(moments.deviation());
  }
  return result;
}

void Normalizer::apply(View values, std::span<const Index> lengths) const {
  const auto blocks = blocks_of(values, lengths);
  if (scaling_ == Scaling::none) return;
  const auto learned = static_cast<Index>(means_.size());
  if (scaling_ != Scaling::per_series && learned != blocks.channels) {
    throw ValueError(fmt::format("Expected {} channels, as in training. Received: {}", learned, blocks.channels));
  }
  for (Index i = 0; i < blocks.samples; ++i) {
    for (Index c = 0; c < blocks.channels; ++c) {
      float* x = blocks.channel(i, c);
      const Index n = blocks.length(i);
      if (scaling_ != Scaling::per_series) {
        scale(x, n, blocks.time_stride, means_[static_cast<std::size_t>(c)], deviations_[static_cast<std::size_t>(c)]);
        continue;
      }
      Moments moments;
      moments.add(x, n, blocks.time_stride);
      if (moments.count == 0) continue;
      moments.finish_mean();
      moments.add_squares(x, n, blocks.time_stride);
      scale(x, n, blocks.time_stride, moments.mean, moments.deviation());
    }
  }
}

void Normalizer::invert(View values, Index channel) const {
  const auto blocks = blocks_of(values, {});
  if (scaling_ == Scaling::none) return;
  if (scaling_ == Scaling::per_series) {
    throw ValueError("Scaling per series cannot be inverted: the mean and deviation of each series are not kept.");
  }
  if (channel < 0 || channel + blocks.channels > static_cast<Index>(means_.size())) {
    throw ValueError(fmt::format("Channels {} to {} do not lie in the {} that were learned.", channel,
                                 channel + blocks.channels, means_.size()));
  }
  for (Index i = 0; i < blocks.samples; ++i) {
    for (Index c = 0; c < blocks.channels; ++c) {
      const auto k = static_cast<std::size_t>(channel + c);
      float* x = blocks.channel(i, c);
      for (Index t = 0; t < blocks.time; ++t) {
        float& value = x[t * blocks.time_stride];
        value = static_cast<float>(value * deviations_[k] + means_[k]);
      }
    }
  }
}

Config Normalizer::to_config() const {
  Config config = Config::dict({{"scaling", to_string(scaling_)}});
  if (scaling_ == Scaling::none || scaling_ == Scaling::per_series) return config;
  config.set("mean", Config::List(means_.begin(), means_.end()));
  config.set("std", Config::List(deviations_.begin(), deviations_.end()));
  return config;
}

Normalizer Normalizer::from_config(const Config& config) {
  const std::string& name = config.at("scaling").as_string();
  Normalizer result;
  for (const Scaling scaling : kScalings) {
    if (name == to_string(scaling)) result.scaling_ = scaling;
  }
  if (name != to_string(result.scaling_)) {
    throw ValueError(fmt::format(
        "Expected 'scaling' to be 'none', 'per_series', 'global', 'min_max' or 'robust'. Received: {}", config.repr()));
  }
  if (result.scaling_ == Scaling::none || result.scaling_ == Scaling::per_series) return result;
  result.means_ = numbers(config.at("mean"));
  result.deviations_ = numbers(config.at("std"));
  const bool usable = std::all_of(result.deviations_.begin(), result.deviations_.end(),
                                  [](double value) { return std::isfinite(value) && value > 0; });
  if (result.means_.size() != result.deviations_.size() || !usable) {
    throw ValueError(fmt::format("Expected as many 'mean' as positive 'std' values. Received: {}", config.repr()));
  }
  return result;
}

}  // namespace wavetrain::series
