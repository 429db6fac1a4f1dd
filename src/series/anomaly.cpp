#include "wavetrain/series/anomaly.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/series/normalize.hpp"

namespace wavetrain::series {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class RowCollector {
 public:
  RowCollector(Index rows, Cover cover) : cover_(cover), values_(static_cast<std::size_t>(rows), kNaN) {
    if (cover == Cover::mean) counts_.resize(values_.size());
  }

  void add(Index row, double score) {
    double& value = values_[static_cast<std::size_t>(row)];
    if (std::isnan(score)) return;
    if (cover_ == Cover::mean) ++counts_[static_cast<std::size_t>(row)];
    if (std::isnan(value)) value = score;
    else if (cover_ == Cover::all) value = std::min(value, score);
    else if (cover_ == Cover::any) value = std::max(value, score);
    else value += score;
  }
  std::vector<double> finish() {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] > 0) values_[i] /= static_cast<double>(counts_[i]);
    }
    return std::move(values_);
  }

 private:
  Cover cover_;
  std::vector<double> values_;
  std::vector<Index> counts_;
};

void require_windows(Index received, const Windows& windows) {
  if (received == windows.size()) return;
  throw ValueError(fmt::format("Expected one score for each of {} windows. Received: {}", windows.size(), received));
}

}  // namespace

std::vector<double> row_scores(std::span<const double> window_scores, const Windows& windows, Index rows, Cover cover) {
  require_windows(static_cast<Index>(window_scores.size()), windows);
  RowCollector collector(rows, cover);
  for (Index i = 0; i < windows.size(); ++i) {
    const double score = window_scores[static_cast<std::size_t>(i)];
    for (Index k = 0; k < windows.options().window; ++k) {
      collector.add(windows.first_row(i) + k * windows.options().rate, score);
    }
  }
  return collector.finish();
}

std::vector<double> sample_errors(ConstView a, ConstView b) {
  if (a.shape() != b.shape() || a.rank() < 1) {
    throw ValueError(fmt::format("Expected two arrays of one shape. Received: {} and {}", to_string(a.shape()),
                                 to_string(b.shape())));
  }
  const Array left = Array::copy_of(a), right = Array::copy_of(b);
  const Index size = a.shape().size_from(1);
  std::vector<double> errors;
  for (Index i = 0; i < a.shape()[0]; ++i) {
    double sum = 0;
    for (Index k = i * size; k < (i + 1) * size; ++k) sum += std::abs(static_cast<double>(left[k]) - right[k]);
    errors.push_back(sum / static_cast<double>(std::max<Index>(size, 1)));
  }
  return errors;
}

std::vector<double> forecast_row_scores(ConstView forecasts, ConstView truth, const Windows& windows, Index rows) {
  if (forecasts.shape() != truth.shape() || forecasts.rank() < 2) {
    throw ValueError(fmt::format("Expected forecasts and truth of one shape. Received: {} and {}",
                                 to_string(forecasts.shape()), to_string(truth.shape())));
  }
  require_windows(forecasts.shape()[0], windows);
  RowCollector collector(rows, Cover::mean);
  const Array left = Array::copy_of(forecasts), right = Array::copy_of(truth);
  const Index horizon = forecasts.shape()[1], targets = forecasts.rank() == 3 ? forecasts.shape()[2] : 1;
  for (Index i = 0; i < windows.size(); ++i) {
    for (Index h = 0; h < horizon; ++h) {
      double sum = 0;
      for (Index k = 0; k < targets; ++k) {
        const Index at = (i * horizon + h) * targets + k;
        sum += std::abs(static_cast<double>(left[at]) - right[at]);
      }
      collector.add(windows.target_row(i) + h, sum / static_cast<double>(targets));
    }
  }
  return collector.finish();
}

std::vector<RowRange> runs(std::span<const char> labels) {
  std::vector<RowRange> result;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == 0) continue;
    const auto row = static_cast<Index>(i);
    if (result.empty() || result.back().last != row) result.push_back({row, row});
    result.back().last = row + 1;
  }
  for (RowRange& run : result) --run.last;
  return result;
}

std::vector<double> windowed_gaussian(std::span<const double> values, Index window, Index step) {
  if (window < 1 || step < 1 || step > window) {
    throw ValueError(
        fmt::format("Expected a window of at least 1 and a step inside it. Received: {} and {}", window, step));
  }
  std::vector<double> scores;
  scores.reserve(values.size());
  Index first = 0, last = 0;  // the rows of the window
  double sum = 0, squares = 0, mean = 0, deviation = 1;
  const auto update = [&] {
    // Two passes over the window when it moves; running sums, which cancel, only while it grows are not exact enough.
    sum = squares = 0;
    for (Index i = first; i < last; ++i) sum += values[static_cast<std::size_t>(i)];
    mean = sum / static_cast<double>(last - first);
    for (Index i = first; i < last; ++i) {
      const double distance = values[static_cast<std::size_t>(i)] - mean;
      squares += distance * distance;
    }
    deviation = std::sqrt(squares / static_cast<double>(last - first));
    if (deviation == 0) deviation = 1e-6;
  };
  // While the window grows: Welford's update.
  double grown_mean = 0, grown_squares = 0;
  for (Index i = 0; i < static_cast<Index>(values.size()); ++i) {
    const double value = values[static_cast<std::size_t>(i)];
    const double z = std::abs(value - mean) / deviation;
    scores.push_back(i == 0 ? 0.0 : 1 - 0.5 * std::erfc(z / std::sqrt(2.0)));
    if (i < window) {
      last = i + 1;
      const double distance = value - grown_mean;
      grown_mean += distance / static_cast<double>(last);
      grown_squares += distance * (value - grown_mean);
      mean = grown_mean;
      deviation = std::sqrt(grown_squares / static_cast<double>(last));
      if (deviation == 0) deviation = 1e-6;
    } else if (i + 1 - last == step) {
      first += step;
      last += step;
      update();
    }
  }
  return scores;
}

std::vector<double> z_scores(ConstView values, RowRange training) {
  Array scaled = Array::copy_of(values);
  const Index rows = scaled.shape()[0];
  const Index last = training.last < 0 ? rows : training.last;
  Normalizer::fit(Scaling::global, values.slice(training.first, last - training.first)).apply(scaled.view());
  const Index columns = scaled.shape()[1];
  std::vector<double> scores;
  for (Index row = 0; row < rows; ++row) {
    double largest = kNaN;
    for (Index k = 0; k < columns; ++k) {
      const double z = std::abs(static_cast<double>(scaled[row * columns + k]));
      if (!std::isnan(z) && !(z <= largest)) largest = z;
    }
    scores.push_back(largest);
  }
  return scores;
}

}  // namespace wavetrain::series
