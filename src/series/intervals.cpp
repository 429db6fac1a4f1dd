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
  Array forecasts, truth;

  Index columns() const { return horizon * targets; }
  double error(Index window, Index column) const {
    const Index at = window * columns() + column;
    return std::abs(static_cast<double>(forecasts[at]) - static_cast<double>(truth[at]));
  }
};

Pairs pairs_of(ConstView forecasts, ConstView truth) {
  if (forecasts.shape() != truth.shape() || (forecasts.rank() != 2 && forecasts.rank() != 3)) {
    throw ValueError(fmt::format(
        "Expected forecasts and truth shaped (windows, horizon) or (windows, horizon, targets). Received: {} "
        "and {}",
        to_string(forecasts.shape()), to_string(truth.shape())));
  }
  return {forecasts.shape()[0], forecasts.shape()[1], forecasts.rank() == 3 ? forecasts.shape()[2] : 1,
          Array::copy_of(forecasts), Array::copy_of(truth)};
}

// The ceil((n + 1) level)-th smallest; infinite when there are too few.
double conformal_quantile(std::vector<double> errors, double level) {
  const double rank = std::ceil((static_cast<double>(errors.size()) + 1) * level - 1e-9);
  if (rank < 1) return 0;
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

ForecastIntervals ForecastIntervals::fit(double level, ConstView forecasts, ConstView truth) {
  check_level(level);
  const Pairs pairs = pairs_of(forecasts, truth);
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

double ForecastIntervals::coverage(ConstView forecasts, ConstView truth) const {
  const Pairs pairs = pairs_of(forecasts, truth);
  if (pairs.targets != targets_ || pairs.columns() != static_cast<Index>(radii_.size())) {
    throw ValueError(fmt::format("Expected forecasts of {} steps and {} targets. Received: {}",
                                 static_cast<Index>(radii_.size()) / targets_, targets_, to_string(forecasts.shape())));
  }
  Index inside = 0, count = 0;
  for (Index i = 0; i < pairs.windows; ++i) {
    for (Index column = 0; column < pairs.columns(); ++column) {
      const double error = pairs.error(i, column);
      if (std::isnan(error)) continue;
      ++count;
      inside += error <= radii_[static_cast<std::size_t>(column)];
    }
  }
  if (count == 0) throw ValueError("No forecast can be compared: every pair has a missing value.");
  return static_cast<double>(inside) / static_cast<double>(count);
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

Array adaptive_radii(const AdaptiveIntervals& options, ConstView calibration_forecasts, ConstView calibration_truth,
                     ConstView forecasts, ConstView truth) {
  check_level(options.level);
  if (options.delay < 1 || options.memory < 1 || !(options.rate >= 0)) {
    throw ValueError(
        fmt::format("Expected a delay and a memory of at least 1 and a rate of 0 or more. Received: {}, {}, {}",
                    options.delay, options.memory, options.rate));
  }
  const Pairs known = pairs_of(calibration_forecasts, calibration_truth);
  const Pairs pairs = pairs_of(forecasts, truth);
  if (known.columns() != pairs.columns()) {
    throw ValueError(fmt::format("Expected forecasts of one shape. Received: {} and {}",
                                 to_string(calibration_forecasts.shape()), to_string(forecasts.shape())));
  }
  Array radii(forecasts.shape());
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
