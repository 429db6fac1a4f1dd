#include "wavetrain/series/missing.hpp"

#include <cmath>

#include "series/blocks.hpp"

namespace wavetrain::series {
namespace {

double mean_of(const float* x, Index n, Index stride) {
  double sum = 0;
  Index count = 0;
  for (Index t = 0; t < n; ++t) {
    if (std::isnan(x[t * stride])) continue;
    sum += x[t * stride];
    ++count;
  }
  return sum / static_cast<double>(count);
}

void fill_with(float* x, Index n, Index stride, float value) {
  for (Index t = 0; t < n; ++t) {
    if (std::isnan(x[t * stride])) x[t * stride] = value;
  }
}

void interpolate(float* x, Index n, Index stride) {
  Index before = -1;  // the last step that has a value
  for (Index t = 0; t <= n; ++t) {
    if (t < n && std::isnan(x[t * stride])) continue;
    for (Index gap = before + 1; gap < t; ++gap) {
      float& value = x[gap * stride];
      if (before < 0) value = x[t * stride];
      else if (t == n) value = x[before * stride];
      else {
        const double low = x[before * stride];
        const double part = static_cast<double>(gap - before) / static_cast<double>(t - before);
        value = static_cast<float>(low + part * (x[t * stride] - low));
      }
    }
    before = t;
  }
}

}  // namespace

MissingPolicy missing_policy(std::string_view name) {
  if (name == "error") return MissingPolicy::error;
  if (name == "zero") return MissingPolicy::zero;
  if (name == "mean") return MissingPolicy::mean;
  if (name == "interp" || name == "interpolate") return MissingPolicy::interpolate;
  if (name == "mask") return MissingPolicy::mask;
  throw ValueError(fmt::format("Expected error, zero, mean, interp or mask for missing values. Received: '{}'", name));
}

const char* to_string(MissingPolicy policy) {
  switch (policy) {
    case MissingPolicy::error: return "error";
    case MissingPolicy::zero: return "zero";
    case MissingPolicy::mean: return "mean";
    case MissingPolicy::interpolate: return "interpolate";
    case MissingPolicy::mask: return "mask";
  }
  return "";
}

Array missing_mask(ConstView values, std::span<const Index> lengths) {
  const auto blocks = blocks_of(values, lengths);
  Array mask(Shape{blocks.samples, blocks.time});
  for (Index i = 0; i < blocks.samples; ++i) {
    bool any = false;
    for (Index t = 0; t < blocks.length(i); ++t) {
      bool whole = true;
      for (Index c = 0; c < blocks.channels; ++c)
        whole = whole && !std::isnan(blocks.channel(i, c)[t * blocks.time_stride]);
      mask(i, t) = whole ? 1.0f : 0.0f;
      any = any || whole;
    }
    if (!any && blocks.time > 0) mask(i, Index{0}) = 1.0f;
  }
  return mask;
}

void fill_missing(View values, MissingPolicy policy, std::span<const Index> lengths) {
  const auto blocks = blocks_of(values, lengths);
  const Index stride = blocks.time_stride;
  for (Index i = 0; i < blocks.samples; ++i) {
    for (Index c = 0; c < blocks.channels; ++c) {
      float* x = blocks.channel(i, c);
      const Index n = blocks.length(i);
      Index missing = 0;
      Index first = 0;
      for (Index t = n - 1; t >= 0; --t) {
        if (!std::isnan(x[t * stride])) continue;
        ++missing;
        first = t;
      }
      if (missing == 0) continue;
      if (policy == MissingPolicy::error) {
        throw ValueError(
            fmt::format("a value is missing (NaN): series {}, channel {}, step {} (counted from 0); fill missing "
                        "values with zero, mean or interp",
                        i, c, first));
      }
      if (policy == MissingPolicy::zero || policy == MissingPolicy::mask) {
        fill_with(x, n, stride, 0.0f);
        continue;
      }
      if (missing == n) throw ValueError(fmt::format("series {}, channel {}: every value is missing", i, c));
      if (policy == MissingPolicy::mean) fill_with(x, n, stride, static_cast<float>(mean_of(x, n, stride)));
      else interpolate(x, n, stride);
    }
  }
}

void fill_missing(SeriesSet& set, MissingPolicy policy) {
  try {
    fill_missing(set.values, policy, set.lengths);
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("{}: {}", set.source, error.what()));
  }
  set.has_missing = false;
}

}  // namespace wavetrain::series
