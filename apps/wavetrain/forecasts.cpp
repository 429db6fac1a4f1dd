#include "forecasts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace wavetrain::app {
namespace {

// Whether the targets of window `i` are all there.
bool complete(const series::Windows& windows, Index i) {
  for (Index h = 0; h < windows.options().horizon; ++h) {
    for (Index k = 0; k < windows.target_columns(); ++k) {
      if (std::isnan(windows.target_value(windows.target_row(i) + h, k))) return false;
    }
  }
  return true;
}

// In ascending order. NaN stays where it is.
void sort_three(float* v) {
  if (v[1] < v[0]) std::swap(v[0], v[1]);
  if (v[2] < v[1]) std::swap(v[1], v[2]);
  if (v[1] < v[0]) std::swap(v[0], v[1]);
}

}  // namespace

WindowData::WindowData(const series::PreparedTable& data, series::Windows windows) : windows_(std::move(windows)) {
  const Array mask = series::window_mask(data, windows_);
  if (mask.empty()) return;
  const Index steps = mask.shape()[1];
  std::vector<Index> kept;
  for (Index i = 0; i < windows_.size(); ++i) {
    const float* row = mask.data() + i * steps;
    if (complete(windows_, i) && std::any_of(row, row + steps, [](float m) { return m != 0; })) kept.push_back(i);
  }
  const auto count = static_cast<Index>(kept.size());
  if (count == 0) {
    throw ValueError(
        fmt::format("None of {} windows has all its targets and a step without a missing value.", windows_.size()));
  }
  const auto take = [&](const DataView& all) {
    Array taken(all.shape().without_first().with_first(count));
    const Index width = taken.size() / count;
    for (Index n = 0; n < count; ++n) {
      const Array row = all.slice(kept[static_cast<std::size_t>(n)], 1).to_array();
      std::copy_n(row.data(), width, taken.data() + n * width);
    }
    return taken;
  };
  x_ = take(windows_.inputs());
  y_ = take(windows_.targets());
  mask_ = take(mask);
}

Forecasts forecast(const Sequential& model, const TableSettings& settings, const series::PreparedTable& data,
                   const series::Windows& windows, bool scaled) {
  const Array mask = series::window_mask(data, windows);
  Array predicted = model.predict(windows.inputs(), {.mask = mask.empty() ? DataView() : DataView(mask)});
  const auto targets = static_cast<Index>(settings.preparation.targets().size());
  const auto quantiles = static_cast<Index>(settings.quantiles.size());
  const Index count = windows.size() * settings.horizon * targets;
  if (predicted.size() != count * std::max<Index>(quantiles, 1)) {
    throw ValueError(fmt::format("The model gives {} for each window, expected {} steps of {} targets{}.",
                                 to_string(predicted.shape().without_first()), settings.horizon, targets,
                                 quantiles > 0 ? fmt::format(" and {} quantiles of each", quantiles) : ""));
  }
  const Shape shape =
      targets == 1 ? Shape{windows.size(), settings.horizon} : Shape{windows.size(), settings.horizon, targets};
  const auto restored = [&](Array values) {
    if (!scaled) settings.preparation.restore(values.view(), windows, data);
    return values;
  };
  if (quantiles == 0) return {restored(std::move(predicted).reshaped(shape)), {}};
  Array low(shape), middle(shape), high(shape);
  for (Index i = 0; i < count; ++i) {
    float* values = predicted.data() + 3 * i;
    sort_three(values);
    low[i] = values[0];
    middle[i] = values[1];
    high[i] = values[2];
  }
  return {restored(std::move(middle)), {restored(std::move(low)), restored(std::move(high))}};
}

series::Bounds stored_bounds(const Forecasts& forecasts, const TableSettings& settings) {
  return settings.intervals.empty() ? forecasts.bounds : settings.intervals.around(forecasts.base());
}

ForecastScore score_forecast(const Sequential& model, const TableSettings& settings, const series::PreparedTable& data,
                             series::RowRange target_rows) {
  const Forecasts predicted = forecast(model, settings, data, windows_over(data, settings, {}, target_rows));
  const series::Windows raw = raw_windows(data, settings, {}, target_rows);
  ForecastScore score{.model = series::score_forecasts(raw, predicted.values),
                      .naive = series::score_forecasts(raw, series::forecast(series::ForecastMethod::repeat, raw))};
  if (const series::Bounds bounds = stored_bounds(predicted, settings); !bounds.empty()) {
    score.level =
        settings.intervals.empty() ? settings.quantiles[2] - settings.quantiles[0] : settings.intervals.level();
    score.interval = series::score_intervals(bounds, raw.targets().to_array());
  }
  return score;
}

Config to_config(const ForecastScore& score) {
  Config config = Config::dict({{"mse", score.model.mse},
                                {"mae", score.model.mae},
                                {"naive_mse", score.naive.mse},
                                {"naive_mae", score.naive.mae}});
  if (score.interval) {
    config.set("interval",
               Config::dict(
                   {{"level", score.level}, {"coverage", score.interval->coverage}, {"width", score.interval->width}}));
  }
  return config;
}

std::string to_line(const ForecastScore& score) {
  std::string line = fmt::format("mse {:.4g}, mae {:.4g} (repeating the last value: mse {:.4g}, mae {:.4g})",
                                 score.model.mse, score.model.mae, score.naive.mse, score.naive.mae);
  if (score.interval) {
    line += fmt::format("; intervals of {:g} % hold {:.1f} %", 100 * score.level, 100 * score.interval->coverage);
  }
  return line;
}

}  // namespace wavetrain::app
