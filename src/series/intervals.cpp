#include "wavetrain/series/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

struct Pairs {
  Index windows = 0, horizon = 0, targets = 0;
  const Bounds& bounds;
  Array truth;

  Index columns() const { return horizon * targets; }
  // How far the truth lies outside; negative inside.
  double error(Index window, Index column) const {
    const Index at = window * columns() + column;
    const auto y = static_cast<double>(truth[at]);
    return std::max(static_cast<double>(bounds.low[at]) - y, y - static_cast<double>(bounds.high[at]));
  }
};

Pairs pairs_of(const Bounds& bounds, ConstView truth) {
  const Shape& shape = bounds.low.shape();
  if (shape != truth.shape() || shape != bounds.high.shape() || (shape.rank() != 2 && shape.rank() != 3)) {
    throw ValueError(fmt::format(
        "Expected forecasts and truth shaped (windows, horizon) or (windows, horizon, targets). Received: {} "
        "and {}",
        to_string(shape), to_string(truth.shape())));
  }
  return {shape[0], shape[1], shape.rank() == 3 ? shape[2] : 1, bounds, Array::copy_of(truth)};
}

// The forecast as both bounds.
Bounds point(ConstView forecasts) { return {Array::copy_of(forecasts), Array::copy_of(forecasts)}; }

// The ceil((n + 1) level)-th smallest; infinite when there are too few. Below the smallest there is a radius of 0, or
// the smallest if bounds were wider than that.
double conformal_quantile(std::vector<double> errors, double level) {
  const double rank = std::ceil((static_cast<double>(errors.size()) + 1) * level - 1e-9);
  if (rank < 1) return errors.empty() ? 0 : std::min(0.0, *std::min_element(errors.begin(), errors.end()));
  if (rank > static_cast<double>(errors.size())) return std::numeric_limits<double>::infinity();
  const auto at = errors.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(errors.begin(), at, errors.end());
  return *at;
}

void check_level(double level) {
  if (level > 0 && level < 1) return;
  throw ValueError(fmt::format("An interval's level lies between 0 and 1. Received: {}", level));
}

}  // namespace

Bounds widened(const Bounds& bounds, const Array& radii) {
  if (bounds.low.shape() != radii.shape() || bounds.high.shape() != radii.shape()) {
    throw ValueError(fmt::format("Expected bounds and radii of one shape. Received: {}, {} and {}",
                                 to_string(bounds.low.shape()), to_string(bounds.high.shape()),
                                 to_string(radii.shape())));
  }
  Bounds result{Array(radii.shape()), Array(radii.shape())};
  for (Index i = 0; i < radii.size(); ++i) {
    const float low = bounds.low[i], high = bounds.high[i], radius = radii[i];
    const bool crossed = low - radius > high + radius;
    result.low[i] = crossed ? (low + high) / 2 : low - radius;
    result.high[i] = crossed ? (low + high) / 2 : high + radius;
  }
  return result;
}

IntervalScore score_intervals(const Bounds& bounds, ConstView truth) {
  const Pairs pairs = pairs_of(bounds, truth);
  Index inside = 0, count = 0;
  double width = 0;
  for (Index i = 0; i < pairs.truth.size(); ++i) {
    const double low = bounds.low[i], high = bounds.high[i], y = pairs.truth[i];
    if (std::isnan(low) || std::isnan(high) || std::isnan(y)) continue;
    ++count;
    inside += low <= y && y <= high;
    width += high - low;
  }
  if (count == 0) throw ValueError("No forecast can be compared: every pair has a missing value.");
  const auto n = static_cast<double>(count);
  return {static_cast<double>(inside) / n, width / n};
}

ForecastIntervals ForecastIntervals::fit(double level, ConstView forecasts, ConstView truth) {
  return fit(level, point(forecasts), truth);
}

ForecastIntervals ForecastIntervals::fit(double level, const Bounds& bounds, ConstView truth) {
  check_level(level);
  const Pairs pairs = pairs_of(bounds, truth);
  ForecastIntervals result;
  result.level_ = level;
  result.targets_ = pairs.targets;
  for (Index column = 0; column < pairs.columns(); ++column) {
    std::vector<double> errors;
    for (Index i = 0; i < pairs.windows; ++i) {
      const double error = pairs.error(i, column);
      if (!std::isnan(error)) errors.push_back(error);
    }
    const std::size_t count = errors.size();
    const double radius = conformal_quantile(std::move(errors), level);
    if (!std::isfinite(radius)) {
      throw ValueError(fmt::format("An interval of level {} needs at least {:.0f} errors to learn from. Received: {}",
                                   level, std::ceil(level / (1 - level) - 1e-9), count));
    }
    result.radii_.push_back(radius);
  }
  return result;
}

double ForecastIntervals::radius(Index step, Index target) const {
  return radii_.at(static_cast<std::size_t>(step * targets_ + target));
}

Bounds ForecastIntervals::around(ConstView forecasts) const { return around(point(forecasts)); }

Bounds ForecastIntervals::around(const Bounds& bounds) const {
  const Shape& shape = bounds.low.shape();
  const auto columns = static_cast<Index>(radii_.size());
  const bool fits = (shape.rank() == 2 && targets_ == 1) || (shape.rank() == 3 && shape[2] == targets_);
  if (!fits || columns == 0 || shape.size_from(1) != columns) {
    throw ValueError(fmt::format("Expected forecasts of {} steps and {} targets. Received: {}", columns / targets_,
                                 targets_, to_string(shape)));
  }
  Array radii(shape);
  for (Index i = 0; i < radii.size(); ++i) {
    radii[i] = static_cast<float>(radii_[static_cast<std::size_t>(i % columns)]);
  }
  return widened(bounds, radii);
}

Config ForecastIntervals::to_config() const {
  return Config::dict(
      {{"level", level_}, {"targets", targets_}, {"radii", Config::List(radii_.begin(), radii_.end())}});
}

ForecastIntervals ForecastIntervals::from_config(const Config& config) {
  ForecastIntervals result;
  result.level_ = config.at("level").as_double();
  check_level(result.level_);
  result.targets_ = config.at("targets").as_int();
  for (const Config& item : config.at("radii").as_list()) result.radii_.push_back(item.as_double());
  if (result.targets_ < 1 || result.radii_.empty() || static_cast<Index>(result.radii_.size()) % result.targets_ != 0) {
    throw ValueError(fmt::format("Expected 'radii' for every step and target. Received: {}", config.repr()));
  }
  return result;
}

Array adaptive_radii(const AdaptiveIntervals& options, const Bounds& calibration, ConstView calibration_truth,
                     const Bounds& bounds, ConstView truth) {
  check_level(options.level);
  if (options.delay < 1 || options.memory < 1 || !(options.rate >= 0)) {
    throw ValueError(
        fmt::format("Expected a delay and a memory of at least 1 and a rate of 0 or more. Received: {}, {}, {}",
                    options.delay, options.memory, options.rate));
  }
  const Pairs known = pairs_of(calibration, calibration_truth);
  const Pairs pairs = pairs_of(bounds, truth);
  if (known.columns() != pairs.columns()) {
    throw ValueError(fmt::format("Expected forecasts of one shape. Received: {} and {}",
                                 to_string(calibration.low.shape()), to_string(bounds.low.shape())));
  }
  Array radii(bounds.low.shape());
  for (Index column = 0; column < pairs.columns(); ++column) {
    std::deque<double> errors;
    const auto remember = [&](double error) {
      if (std::isnan(error)) return;
      errors.push_back(error);
      if (static_cast<Index>(errors.size()) > options.memory) errors.pop_front();
    };
    for (Index i = 0; i < known.windows; ++i) remember(known.error(i, column));
    double level = options.level;
    for (Index i = 0; i < pairs.windows; ++i) {
      if (const Index learnt = i - options.delay; learnt >= 0) {
        const double error = pairs.error(learnt, column);
        if (!std::isnan(error)) {
          const bool missed = error > static_cast<double>(radii[learnt * pairs.columns() + column]);
          level += options.rate * (missed ? options.level : options.level - 1);
        }
        remember(error);
      }
      const std::vector<double> sample(errors.begin(), errors.end());
      double radius = conformal_quantile(sample, std::min(level, 1.0));
      // A level of 1 would ask for infinity; the largest error seen has to do.
      if (!std::isfinite(radius) && !sample.empty()) radius = *std::max_element(sample.begin(), sample.end());
      radii[i * pairs.columns() + column] = static_cast<float>(radius);
    }
  }
  return radii;
}

}  // namespace wavetrain::series
