#include "wavetrain/series/baselines.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "series/exponential_smoothing.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What is known of one column up to a row, kept up to date row by row.
class History {
 public:
  History(const Windows& windows, Index column) : windows_(windows), column_(column) {}

  void advance_to(Index row) {
    for (; next_ <= row; ++next_) {
      const double value = at(next_);
      if (std::isnan(value)) continue;
      if (count_ == 0) {
        first_ = value;
        first_row_ = next_;
      }
      last_ = value;
      last_row_ = next_;
      sum_ += value;
      ++count_;
    }
  }
  double at(Index row) const { return windows_.target_value(row, column_); }
  double last() const { return last_; }
  double mean() const { return count_ == 0 ? kNaN : sum_ / static_cast<double>(count_); }
  double drift(Index row) const {
    if (count_ < 2) return last_;
    const double slope = (last_ - first_) / static_cast<double>(last_row_ - first_row_);
    return last_ + slope * static_cast<double>(row - last_row_);
  }
  // The value a whole number of seasons before `row`, as late as it is known.
  double seasonal(Index row, Index season) const {
    Index source = row - season;
    while (source >= next_) source -= season;
    for (; source >= 0; source -= season) {
      if (!std::isnan(at(source))) return at(source);
    }
    return last_;
  }

 private:
  const Windows& windows_;
  Index column_;
  Index next_ = 0;  // rows before it are known
  Index count_ = 0, first_row_ = 0, last_row_ = 0;
  double first_ = kNaN, last_ = kNaN, sum_ = 0;
};

void check(const Windows& windows, const ForecastMethodOptions& options) {
  if (options.season < 1) {
    throw ValueError(fmt::format("A season has at least 1 row. Received: season={}", options.season));
  }
  if (windows.options().horizon < 1) throw ValueError("A forecast needs a horizon of at least 1. Received: horizon=0");
}

std::vector<double> column_rows(const Windows& windows, Index column, const RowRange& rows) {
  std::vector<double> values;
  const Index last = rows.last < 0 ? windows.last_input_row(windows.size() - 1) + 1 : rows.last;
  for (Index row = rows.first; row < last; ++row) values.push_back(windows.target_value(row, column));
  return values;
}

void smooth(const Windows& windows, Index column, const ForecastMethodOptions& options, Array& out) {
  ExponentialSmoothing model(column_rows(windows, column, options.training_rows), options.season);
  const Index horizon = windows.options().horizon, columns = windows.target_columns();
  Index next = options.training_rows.first;
  for (Index i = 0; i < windows.size(); ++i) {
    for (; next <= windows.last_input_row(i); ++next) model.update(windows.target_value(next, column));
    const Index ahead = windows.target_row(i) - next;
    for (Index h = 0; h < horizon; ++h) {
      out[(i * horizon + h) * columns + column] = static_cast<float>(model.forecast(ahead + h + 1));
    }
  }
}

struct ErrorSums {
  double squares = 0, absolute = 0, scaled = 0, symmetric = 0;
  Index pairs = 0;

  void add(double y, double p, double scale) {
    if (std::isnan(y) || std::isnan(p)) return;
    const double error = std::abs(y - p), size = std::abs(y) + std::abs(p);
    squares += error * error;
    absolute += error;
    scaled += error / scale;
    symmetric += size == 0 ? 0 : 200 * error / size;
    ++pairs;
  }
  ForecastScores scores() const {
    if (pairs == 0) throw ValueError("No forecast can be compared: every pair has a missing value.");
    const auto n = static_cast<double>(pairs);
    return {squares / n, absolute / n, scaled / n, symmetric / n, pairs};
  }
};

// Mean |y[t] - y[t - season]| over the training rows; NaN when it is 0 or nothing can be compared.
double seasonal_scale(const Windows& windows, Index column, const ForecastMethodOptions& options) {
  const std::vector<double> values = column_rows(windows, column, options.training_rows);
  double sum = 0;
  Index count = 0;
  for (std::size_t t = static_cast<std::size_t>(options.season); t < values.size(); ++t) {
    const double step = std::abs(values[t] - values[t - static_cast<std::size_t>(options.season)]);
    if (std::isnan(step)) continue;
    sum += step;
    ++count;
  }
  return sum > 0 ? sum / static_cast<double>(count) : kNaN;
}

std::vector<ErrorSums> sum_errors(const Windows& windows, ConstView forecasts, const ForecastMethodOptions& options) {
  check(windows, options);
  const Index horizon = windows.options().horizon, columns = windows.target_columns();
  const bool plain = forecasts.rank() == 2 && columns == 1;
  const Shape expected = plain ? Shape{windows.size(), horizon} : Shape{windows.size(), horizon, columns};
  if (forecasts.shape() != expected) {
    throw ValueError(
        fmt::format("Expected forecasts shaped {}. Received: {}", to_string(expected), to_string(forecasts.shape())));
  }
  std::vector<ErrorSums> sums(static_cast<std::size_t>(horizon));
  for (Index k = 0; k < columns; ++k) {
    const double scale = seasonal_scale(windows, k, options);
    for (Index i = 0; i < windows.size(); ++i) {
      for (Index h = 0; h < horizon; ++h) {
        const double p = plain ? forecasts(i, h) : forecasts(i, h, k);
        sums[static_cast<std::size_t>(h)].add(windows.target_value(windows.target_row(i) + h, k), p, scale);
      }
    }
  }
  return sums;
}

}  // namespace

const char* to_string(ForecastMethod method) {
  switch (method) {
    case ForecastMethod::repeat: return "repeat";
    case ForecastMethod::seasonal: return "seasonal";
    case ForecastMethod::drift: return "drift";
    case ForecastMethod::mean: return "mean";
    case ForecastMethod::smoothing: return "smoothing";
  }
  return "";
}

Array forecast(ForecastMethod method, const Windows& windows, const ForecastMethodOptions& options) {
  check(windows, options);
  const Index horizon = windows.options().horizon, columns = windows.target_columns();
  Array out(Shape{windows.size(), horizon, columns});
  for (Index k = 0; k < columns; ++k) {
    if (method == ForecastMethod::smoothing) {
      smooth(windows, k, options, out);
      continue;
    }
    History history(windows, k);
    for (Index i = 0; i < windows.size(); ++i) {
      history.advance_to(windows.last_input_row(i));
      for (Index h = 0; h < horizon; ++h) {
        const Index row = windows.target_row(i) + h;
        double value = history.last();
        if (method == ForecastMethod::seasonal && options.season > 1) value = history.seasonal(row, options.season);
        if (method == ForecastMethod::drift) value = history.drift(row);
        if (method == ForecastMethod::mean) value = history.mean();
        out[(i * horizon + h) * columns + k] = static_cast<float>(value);
      }
    }
  }
  return out;
}

ForecastScores score_forecasts(const Windows& windows, ConstView forecasts, const ForecastMethodOptions& options) {
  ErrorSums all;
  for (const ErrorSums& step : sum_errors(windows, forecasts, options)) {
    all.squares += step.squares;
    all.absolute += step.absolute;
    all.scaled += step.scaled;
    all.symmetric += step.symmetric;
    all.pairs += step.pairs;
  }
  return all.scores();
}

std::vector<ForecastScores> score_by_step(const Windows& windows, ConstView forecasts,
                                          const ForecastMethodOptions& options) {
  std::vector<ForecastScores> scores;
  for (const ErrorSums& step : sum_errors(windows, forecasts, options)) scores.push_back(step.scores());
  return scores;
}

}  // namespace wavetrain::series
