#include "series/exponential_smoothing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace wavetrain::series {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Mean of the values that are there; NaN if there is none.
double mean_of(const std::vector<double>& values, Index first, Index last) {
  double sum = 0;
  Index count = 0;
  for (Index i = first; i < last; ++i) {
    const double value = values[static_cast<std::size_t>(i)];
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? kNaN : sum / static_cast<double>(count);
}

using Point = std::array<double, 4>;
constexpr Point kLowest{1e-4, 0, 0, 0.8}, kHighest{0.9999, 1, 1, 1};

SmoothingConstants constants_at(const Point& p) { return {p[0], p[1], p[2], p[3]}; }

}  // namespace

ExponentialSmoothing::ExponentialSmoothing(const std::vector<double>& training, Index season) : first_level_(kNaN) {
  const auto rows = static_cast<Index>(training.size());
  season_ = season > 1 && rows >= 2 * season ? season : 1;
  start(training);
  // Pattern search (Hooke and Jeeves): a step along each axis, halved when none helps.
  double best_error = std::numeric_limits<double>::infinity();
  Point best{};
  for (const Point& begin : {Point{0.5, 0.1, 0.1, 0.98}, Point{0.1, 0.01, 0.3, 0.9}, Point{0.9, 0.0, 0.5, 1.0}}) {
    Point at = begin;
    double error = squared_error(training, constants_at(at));
    for (double step = 0.25; step > 1e-3; step /= 2) {
      for (bool moved = true; moved;) {
        moved = false;
        for (std::size_t axis = 0; axis < at.size(); ++axis) {
          for (const double direction : {step, -step}) {
            Point next = at;
            next[axis] =
                std::clamp(at[axis] + direction * (kHighest[axis] - kLowest[axis]), kLowest[axis], kHighest[axis]);
            const double there = squared_error(training, constants_at(next));
            if (!(there < error)) continue;
            at = next;
            error = there;
            moved = true;
          }
        }
      }
    }
    if (error < best_error) {
      best_error = error;
      best = at;
    }
  }
  if (std::isfinite(best_error)) constants_ = constants_at(best);
  reset();
}

void ExponentialSmoothing::start(const std::vector<double>& training) {
  const auto rows = static_cast<Index>(training.size());
  first_seasonal_.assign(static_cast<std::size_t>(season_), 0.0);
  if (season_ == 1) {
    for (Index i = 0; i < rows && std::isnan(first_level_); ++i) first_level_ = training[static_cast<std::size_t>(i)];
    return;
  }
  const double first = mean_of(training, 0, season_), second = mean_of(training, season_, 2 * season_);
  first_level_ = std::isnan(first) ? second : first;
  first_trend_ = std::isnan(second - first) ? 0.0 : (second - first) / static_cast<double>(season_);
  for (Index i = 0; i < season_; ++i) {
    const double deviation = training[static_cast<std::size_t>(i)] - first_level_;
    first_seasonal_[static_cast<std::size_t>(i)] = std::isnan(deviation) ? 0.0 : deviation;
  }
}

void ExponentialSmoothing::reset() {
  level_ = first_level_;
  trend_ = first_trend_;
  seasonal_ = first_seasonal_;
  row_ = 0;
}

void ExponentialSmoothing::update(double value) {
  double& seasonal = seasonal_[static_cast<std::size_t>(row_ % season_)];
  const double expected = level_ + constants_.phi * trend_;
  const double error = std::isnan(value) ? 0.0 : value - (expected + seasonal);
  level_ = expected + constants_.alpha * error;
  trend_ = constants_.phi * trend_ + constants_.alpha * constants_.beta * error;
  if (season_ > 1) seasonal += constants_.gamma * (1 - constants_.alpha) * error;
  ++row_;
}

double ExponentialSmoothing::forecast(Index steps) const {
  double damped = 0, factor = 1;
  for (Index h = 0; h < steps; ++h) damped += factor *= constants_.phi;
  return level_ + damped * trend_ + seasonal_[static_cast<std::size_t>((row_ + steps - 1) % season_)];
}

double ExponentialSmoothing::squared_error(const std::vector<double>& training, const SmoothingConstants& constants) {
  constants_ = constants;
  reset();
  double sum = 0;
  for (const double value : training) {
    if (!std::isnan(value)) {
      const double error = value - forecast(1);
      sum += error * error;
    }
    update(value);
  }
  return sum;
}

}  // namespace wavetrain::series
