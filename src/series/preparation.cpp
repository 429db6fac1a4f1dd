#include "wavetrain/series/preparation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <fmt/format.h>

#include "series/text.hpp"
#include "wavetrain/describe.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/series/time_stamps.hpp"

namespace wavetrain::series {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string lag_name(const std::string& column, Index lag) { return fmt::format("{} lag {}", column, lag); }

// Replaces column `k` by its differences; the first `lag` values become NaN.
void difference(Array& values, Index k, Index lag) {
  const Index rows = values.shape()[0], width = values.shape()[1];
  for (Index row = rows - 1; row >= 0; --row) {
    values[row * width + k] = row < lag ? kNaN : values[row * width + k] - values[(row - lag) * width + k];
  }
}

Config strings(const std::vector<std::string>& values) { return Codec<std::vector<std::string>>::to_config(values); }
Config integers(const std::vector<Index>& values) { return Config(Config::List(values.begin(), values.end())); }
std::vector<Index> integers(const Config& config) {
  std::vector<Index> values;
  for (const Config& item : config.as_list()) values.push_back(item.as_int());
  return values;
}

}  // namespace

Table TablePreparation::select(const Table& table) const {
  std::vector<Index> positions;
  for (const std::string& name : chosen_) positions.push_back(table.column_index(name));
  Table result;
  result.columns = chosen_;
  result.text = table.text;
  result.time_column = table.time_column;
  result.source = table.source;
  const auto width = static_cast<Index>(positions.size());
  result.values = Array(Shape{table.rows(), width});
  for (Index row = 0; row < table.rows(); ++row) {
    for (Index k = 0; k < width; ++k) {
      const float value = table.values(row, positions[static_cast<std::size_t>(k)]);
      if (std::isinf(value)) {
        throw ValueError(
            fmt::format("{}: expected finite numbers. Received: {} in row {} of column `{}` (counted from 0)",
                        table.source, value, row, chosen_[static_cast<std::size_t>(k)]));
      }
      result.values(row, k) = value;
    }
  }
  for (Index k = 0; k < width; ++k) {
    bool any = false;
    for (Index row = 0; row < table.rows() && !any; ++row) any = !std::isnan(result.values(row, k));
    if (any) continue;
    throw ValueError(
        fmt::format("{}: column `{}` has no value at all.", table.source, chosen_[static_cast<std::size_t>(k)]));
  }
  if (recipe_.missing == MissingPolicy::error) {
    for (Index i = 0; i < result.values.size(); ++i) {
      if (!std::isnan(result.values[i])) continue;
      throw ValueError(fmt::format(
          "{}: a value is missing (NaN): column `{}`, row {} (counted from 0); fill missing values with zero, mean or "
          "interpolate, or mask them (--nan)",
          table.source, chosen_[static_cast<std::size_t>(i % width)], i / width));
    }
  }
  if (recipe_.missing != MissingPolicy::mask) fill_missing(result.values.view(), recipe_.missing);
  return result;
}

PreparedTable TablePreparation::expand(Table raw) const {
  PreparedTable prepared{std::move(raw), {}, 0};
  const Table& table = prepared.raw;
  const Index rows = table.rows();
  const auto plain = static_cast<Index>(chosen_.size());
  Array differenced = table.values;
  for (const Index lag : recipe_.differences) {
    for (Index k = 0; k < plain; ++k) difference(differenced, k, lag);
    prepared.first_row += lag;
  }
  Table& scaled = prepared.scaled;
  scaled.columns = chosen_;
  scaled.source = table.source;
  for (const std::string& target : recipe_.targets) {
    for (const Index lag : recipe_.lags) scaled.columns.push_back(lag_name(target, lag));
  }
  const auto lagged = static_cast<Index>(scaled.columns.size());
  for (const std::string& feature : recipe_.calendar) {
    scaled.columns.push_back(feature + " sin");
    scaled.columns.push_back(feature + " cos");
  }
  const auto width = static_cast<Index>(scaled.columns.size());
  scaled.values = Array(Shape{rows, width});
  for (Index row = 0; row < rows; ++row) {
    float* out = scaled.values.data() + row * width;
    for (Index k = 0; k < plain; ++k) *out++ = differenced[row * plain + k];
    for (const std::string& target : recipe_.targets) {
      const Index k = std::find(chosen_.begin(), chosen_.end(), target) - chosen_.begin();
      for (const Index lag : recipe_.lags) *out++ = row < lag ? kNaN : differenced[(row - lag) * plain + k];
    }
  }
  if (!recipe_.lags.empty()) prepared.first_row += *std::max_element(recipe_.lags.begin(), recipe_.lags.end());
  if (prepared.first_row >= rows) {
    throw ValueError(fmt::format("{}: {} rows are too few for differences and lags that reach back {} rows.",
                                 table.source, rows, prepared.first_row));
  }
  if (!recipe_.calendar.empty()) {
    const TextColumn* stamps = table.time_stamps();
    if (stamps == nullptr) throw ValueError(fmt::format("{}: a calendar needs a column of time stamps.", table.source));
    for (Index row = 0; row < rows; ++row) {
      const std::optional<double> seconds = parse_time_stamp((*stamps)[row]);
      if (!seconds) {
        throw ValueError(
            fmt::format("{}: expected a time stamp such as 2020-12-31 23:59:59 in row {} (counted from 0). "
                        "Received: {}",
                        table.source, row, in_quotes((*stamps)[row])));
      }
      float* out = scaled.values.data() + row * width + lagged;
      for (const std::string& feature : recipe_.calendar) {
        const double angle = 2 * std::numbers::pi * calendar_phase(feature, *seconds);
        *out++ = static_cast<float>(std::sin(angle));
        *out++ = static_cast<float>(std::cos(angle));
      }
    }
  }
  return prepared;
}

TablePreparation TablePreparation::fit(const TableRecipe& recipe, const Table& table, RowRange training) {
  TablePreparation result;
  result.recipe_ = recipe;
  if (recipe.scaling == Scaling::per_series) {
    throw ValueError(
        "Scaling per series is for sets: a table is one series. Expected none, global, min_max or robust.");
  }
  if (recipe.missing == MissingPolicy::mask && !recipe.differences.empty()) {
    throw ValueError(
        "Differences are added to the last values, which may be missing where they are masked: expected zero, mean or "
        "interpolate for the gaps of a table, or no differences.");
  }
  for (const std::vector<Index>* steps : {&recipe.differences, &recipe.lags}) {
    for (const Index step : *steps) {
      if (step < 1) throw ValueError(fmt::format("Differences and lags are at least 1 row. Received: {}", step));
    }
  }
  for (const std::string& feature : recipe.calendar) calendar_phase(feature, 0);
  std::vector<std::string>& columns = result.recipe_.columns;
  if (columns.empty()) columns = table.columns;
  if (result.recipe_.targets.empty()) result.recipe_.targets = columns;
  result.chosen_ = columns;
  for (const std::string& target : result.recipe_.targets) {
    if (!contains(result.chosen_, target)) result.chosen_.push_back(target);
  }
  const PreparedTable prepared = result.expand(result.select(table));
  result.inputs_ = columns;
  const auto added = prepared.scaled.columns.begin() + static_cast<std::ptrdiff_t>(result.chosen_.size());
  result.inputs_.insert(result.inputs_.end(), added, prepared.scaled.columns.end());

  const Index rows = table.rows();
  const Index last = training.last < 0 ? rows : training.last;
  const Index first = std::max(training.first, prepared.first_row);
  if (first >= last || last > rows) {
    throw ValueError(
        fmt::format("{}: rows {} to {} are too few to train on: the first {} are needed for differences and "
                    "lags.",
                    table.source, training.first, last, prepared.first_row));
  }
  const Index width = prepared.scaled.values.shape()[1];
  const Index scaled_width = width - 2 * static_cast<Index>(recipe.calendar.size());
  const ConstView learnt(prepared.scaled.values.data() + first * width, Shape{last - first, scaled_width},
                         Shape{width, Index{1}});
  result.normalizer_ = Normalizer::fit(recipe.scaling, learnt);
  return result;
}

PreparedTable TablePreparation::apply(const Table& table) const {
  PreparedTable prepared = expand(select(table));
  const Index width = prepared.scaled.values.shape()[1];
  const Index scaled_width = width - 2 * static_cast<Index>(recipe_.calendar.size());
  normalizer_.apply(View(prepared.scaled.values.data(), Shape{table.rows(), scaled_width}, Shape{width, Index{1}}));
  if (recipe_.missing != MissingPolicy::mask) return prepared;
  prepared.complete = Array(Shape{table.rows()}, 1.0f);
  for (const std::string& name : inputs_) {
    const Index column = prepared.scaled.column_index(name);
    for (Index row = 0; row < table.rows(); ++row) {
      if (std::isnan(prepared.scaled.values(row, column))) prepared.complete[row] = 0;
    }
  }
  return prepared;
}

Array window_mask(const PreparedTable& prepared, const Windows& windows) {
  if (prepared.complete.empty()) return {};
  const WindowOptions& options = windows.options();
  Array mask(Shape{windows.size(), options.window});
  for (Index i = 0; i < windows.size(); ++i) {
    bool any = false;
    for (Index t = 0; t < options.window; ++t) {
      const float counts = prepared.complete[windows.first_row(i) + t * options.rate];
      mask(i, t) = counts;
      any = any || counts != 0;
    }
    if (!any) mask(i, Index{0}) = 1;
  }
  return mask;
}

void TablePreparation::restore(View forecasts, const Windows& windows, const PreparedTable& prepared) const {
  const auto targets = static_cast<Index>(recipe_.targets.size());
  const bool fits = forecasts.contiguous() && forecasts.rank() >= 2 && forecasts.shape()[0] == windows.size() &&
                    (forecasts.rank() == 2 ? targets == 1 : forecasts.rank() == 3 && forecasts.shape()[2] == targets);
  if (!fits) {
    throw ValueError(fmt::format("Expected forecasts of {} windows for {} targets. Received: {}", windows.size(),
                                 targets, to_string(forecasts.shape())));
  }
  if (!recipe_.differences.empty() && windows.options().gap != 0) {
    throw ValueError("Differences cannot be undone across a gap between inputs and targets.");
  }
  const Index horizon = forecasts.shape()[1];
  const Table& raw = prepared.raw;
  for (Index k = 0; k < targets; ++k) {
    const Index column = raw.column_index(recipe_.targets[static_cast<std::size_t>(k)]);
    normalizer_.invert(View(forecasts.data() + k, Shape{windows.size() * horizon, Index{1}}, Shape{targets, Index{1}}),
                       column);
    // The column after each differencing.
    std::vector<Array> levels;
    for (const Index lag : recipe_.differences) {
      Array level(Shape{raw.rows(), Index{1}});
      if (levels.empty()) {
        for (Index row = 0; row < raw.rows(); ++row) level[row] = raw.values(row, column);
      } else {
        level = levels.back();
        difference(level, 0, recipe_.differences[levels.size() - 1]);
      }
      levels.push_back(std::move(level));
      static_cast<void>(lag);
    }
    for (std::size_t d = recipe_.differences.size(); d > 0; --d) {
      const Index lag = recipe_.differences[d - 1];
      for (Index i = 0; i < windows.size(); ++i) {
        float* value = forecasts.data() + i * horizon * targets + k;
        const Index last = windows.last_input_row(i);
        for (Index h = 0; h < horizon; ++h) {
          const Index back = windows.target_row(i) + h - lag;
          value[h * targets] += back <= last ? levels[d - 1][back] : value[(h - lag) * targets];
        }
      }
    }
  }
}

Config TablePreparation::to_config() const {
  return Config::dict({{"columns", strings(recipe_.columns)},
                       {"targets", strings(recipe_.targets)},
                       {"missing", to_string(recipe_.missing)},
                       {"differences", integers(recipe_.differences)},
                       {"lags", integers(recipe_.lags)},
                       {"calendar", strings(recipe_.calendar)},
                       {"normalizer", normalizer_.to_config()}});
}

TablePreparation TablePreparation::from_config(const Config& config) {
  TablePreparation result;
  TableRecipe& recipe = result.recipe_;
  recipe.columns = Codec<std::vector<std::string>>::from_config(config.at("columns"));
  recipe.targets = Codec<std::vector<std::string>>::from_config(config.at("targets"));
  recipe.missing = missing_policy(config.at("missing").as_string());
  recipe.differences = integers(config.at("differences"));
  recipe.lags = integers(config.at("lags"));
  recipe.calendar = Codec<std::vector<std::string>>::from_config(config.at("calendar"));
  result.normalizer_ = Normalizer::from_config(config.at("normalizer"));
  recipe.scaling = result.normalizer_.scaling();
  for (const std::vector<Index>* steps : {&recipe.differences, &recipe.lags}) {
    for (const Index step : *steps) {
      if (step < 1) throw ValueError(fmt::format("Expected steps of at least 1. Received: {}", config.repr()));
    }
  }
  if (recipe.columns.empty() || recipe.targets.empty() || recipe.scaling == Scaling::per_series) {
    throw ValueError(fmt::format("Expected columns, targets and a scaling of tables. Received: {}", config.repr()));
  }
  result.chosen_ = recipe.columns;
  for (const std::string& target : recipe.targets) {
    if (!contains(result.chosen_, target)) result.chosen_.push_back(target);
  }
  result.inputs_ = recipe.columns;
  for (const std::string& target : recipe.targets) {
    for (const Index lag : recipe.lags) result.inputs_.push_back(lag_name(target, lag));
  }
  for (const std::string& feature : recipe.calendar) {
    calendar_phase(feature, 0);
    result.inputs_.push_back(feature + " sin");
    result.inputs_.push_back(feature + " cos");
  }
  const std::size_t learnt = result.normalizer_.means().size();
  if (recipe.scaling != Scaling::none &&
      learnt != result.inputs_.size() - 2 * recipe.calendar.size() + result.chosen_.size() - recipe.columns.size()) {
    throw ValueError(fmt::format("Expected a mean for every column. Received: {}", config.repr()));
  }
  return result;
}

}  // namespace wavetrain::series
