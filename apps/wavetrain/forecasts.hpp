// Windows of a prepared table through a network: what it learns from, and what it says about them.
#pragma once

#include <optional>
#include <string>

#include "dataset.hpp"
#include "wavetrain/sequential.hpp"
#include "wavetrain/series/baselines.hpp"

namespace wavetrain::app {

// The samples of a network that forecasts: views of the table. Where values may be missing (`--nan mask`) they are
// copies instead, without the windows that miss a value of a target or have no step to learn from, and with the masks
// of the others.
class WindowData {
 public:
  WindowData() = default;
  // Throws ValueError when no window is left.
  WindowData(const series::PreparedTable& data, series::Windows windows);

  Index size() const { return x().rows(); }
  DataView x() const { return x_.empty() ? windows_.inputs() : DataView(x_); }
  DataView y() const { return y_.empty() ? windows_.targets() : DataView(y_); }
  DataView mask() const { return mask_.empty() ? DataView() : DataView(mask_); }
  ValidationData validation() const { return {.x = x(), .y = y(), .mask = mask()}; }

 private:
  series::Windows windows_;
  Array x_, y_, mask_;
};

// One number for every step of every window, (windows, horizon) or (windows, horizon, targets), and the two bounds that
// a network of quantiles gives beside it, in order; empty for other networks. NaN where a window has no step without a
// missing value.
struct Forecasts {
  Array values;
  series::Bounds bounds;

  // The bounds that intervals are learnt from: those of the network, or the forecast itself.
  series::Bounds base() const { return bounds.empty() ? series::Bounds{values, values} : bounds; }
};

// In original units, or as the network gives them (`scaled`). Throws ValueError when its output does not fit.
Forecasts forecast(const Sequential& model, const TableSettings& settings, const series::PreparedTable& data,
                   const series::Windows& windows, bool scaled = false);

// The intervals that the settings keep for such forecasts: empty when they keep none.
series::Bounds stored_bounds(const Forecasts& forecasts, const TableSettings& settings);

// A model's errors beside those of repeating the last value, both in original units, and what its stored intervals hold.
struct ForecastScore {
  series::ForecastScores model, naive;
  double level = 0;
  std::optional<series::IntervalScore> interval{};
};
ForecastScore score_forecast(const Sequential& model, const TableSettings& settings, const series::PreparedTable& data,
                             series::RowRange target_rows = {});
Config to_config(const ForecastScore& score);
// "mse 1.2, mae 0.8 (repeating the last value: mse 2, mae 1.1); intervals of 90 % hold 88.2 %".
std::string to_line(const ForecastScore& score);

}  // namespace wavetrain::app
