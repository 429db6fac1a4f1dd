#include "dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "wavetrain/series/labels.hpp"
#include "wavetrain/series/missing.hpp"

namespace wavetrain::app {
namespace {

const std::map<std::string, series::Format> kFormats{{"auto", series::Format::automatic}, {"ts", series::Format::ts},
                                                     {"ucr", series::Format::ucr},        {"mts", series::Format::mts},
                                                     {"arff", series::Format::arff},      {"npy", series::Format::npy},
                                                     {"npz", series::Format::npz}};

char separator_of(const DataOptions& options) {
  if (options.separator.empty()) return 0;
  if (options.separator == "\\t" || options.separator == "tab") return '\t';
  if (options.separator.size() == 1) return options.separator[0];
  throw ValueError(fmt::format("--separator: expected one character or `tab`. Received: {}", options.separator));
}

// One infinite value is enough to turn every weight into NaN. `place` says where position (i, j, k) is.
template <class Place>
void refuse_infinite(const std::string& path, const Array& values, Place place) {
  const auto found = std::find_if(values.begin(), values.end(), [](float value) { return std::isinf(value); });
  if (found == values.end()) return;
  throw ValueError(fmt::format("{}: expected finite numbers. Received: {} in {} (counted from 0)", path, *found,
                               place(static_cast<Index>(found - values.begin()))));
}

void refuse_infinite(const std::string& path, const series::SeriesSet& set) {
  refuse_infinite(path, set.values, [&](Index i) {
    const Index channels = set.channels(), steps = set.time();
    return fmt::format("series {}, channel {}, step {}", i / channels / steps, i % channels, i / channels % steps);
  });
  refuse_infinite(path, set.targets, [&](Index i) { return fmt::format("the target of series {}", i); });
}

}  // namespace

void add_data_options(CLI::App& command, DataOptions& options) {
  command
      .add_option("--format", options.format,
                  "Format of the data, if the file name does not tell: ts (aeon, sktime), ucr "
                  "(text, one case per row), mts, arff, npy, npz")
      ->check(CLI::IsMember({"auto", "ts", "ucr", "mts", "arff", "npy", "npz"}))
      ->capture_default_str();
  command
      .add_option("--labels", options.labels,
                  "What the label of a case is: classes, targets (numbers to predict) or none")
      ->check(CLI::IsMember({"auto", "classes", "targets", "none"}))
      ->capture_default_str();
  command.add_option("--label-column", options.label_column, "Text files: column of the label, from 0; -1 is the last")
      ->capture_default_str();
  command.add_option("--separator", options.separator,
                     "Text files: what separates values (one character, or `tab`); found by "
                     "looking when not given");
  command.add_flag("--unequal-length", options.unequal_length, "Text files: rows may differ in length");
}

series::LabelKind label_kind(const DataOptions& options, Task task) {
  if (options.labels == "classes") return series::LabelKind::classes;
  if (options.labels == "targets") return series::LabelKind::targets;
  if (options.labels == "none") return series::LabelKind::none;
  return task == Task::regression ? series::LabelKind::targets : series::LabelKind::classes;
}

series::SeriesSet read_set(const std::string& path, const DataOptions& options, series::LabelKind labels,
                           const std::string& missing, const std::vector<std::string>& class_names) {
  const series::MissingPolicy policy = series::missing_policy(missing);
  series::SeriesSet set = series::read_series(path, {.format = kFormats.at(options.format),
                                                     .labels = labels,
                                                     .label_column = options.label_column,
                                                     .separator = separator_of(options),
                                                     .unequal_length = options.unequal_length,
                                                     .class_names = class_names});
  if (set.samples() == 0) throw FileError(fmt::format("{}: expected at least one series. Received: none.", path));
  if (set.has_missing) series::fill_missing(set, policy);
  refuse_infinite(path, set);
  if (!class_names.empty() && set.has_labels()) series::match_classes(set, class_names);
  return set;
}

void prepare(series::SeriesSet& set, const Settings& settings, const Shape& input_shape) {
  const auto refuse = [&](const std::string& expected) {
    throw ValueError(fmt::format("{}: the model expects {}. Received: {} series of {} time steps and {} channels.",
                                 set.source, expected, set.samples(), set.time(), set.channels()));
  };
  if (input_shape.rank() != 3) refuse(fmt::format("inputs of shape {}, not series", to_string(input_shape)));
  const Index steps = input_shape[1];
  const Index channels = input_shape[2];
  if (channels != kNone && set.channels() != channels) refuse(fmt::format("{} channels", channels));
  settings.normalizer.apply(set);
  if (steps == kNone || set.time() == steps) return;
  if (settings.equal_length) refuse(fmt::format("{} time steps", steps));
  if (set.time() > steps) refuse(fmt::format("at most {} time steps", steps));
  set = series::pad_to(set, steps);
}

Array targets_of(const series::SeriesSet& set, const Settings& settings) {
  if (settings.encoding == Encoding::values) {
    if (!set.has_targets()) {
      throw ValueError(
          fmt::format("{}: expected a number to predict for each series (see --labels). Received: none.", set.source));
    }
    return set.targets;
  }
  if (!set.has_labels()) {
    throw ValueError(
        fmt::format("{}: expected a class label for each series (see --labels). Received: none.", set.source));
  }
  const Index n = set.samples();
  const Index classes = set.classes();
  Array targets(settings.encoding == Encoding::one_hot ? Shape{n, classes} : Shape{n});
  for (Index i = 0; i < n; ++i) {
    if (settings.encoding == Encoding::one_hot) targets(i, Index{set.labels[i]}) = 1.0f;
    else targets[i] = static_cast<float>(set.labels[i]);
  }
  return targets;
}

ForecastData read_forecast(const std::string& path, const DataOptions& options, ForecastSettings& forecast,
                           const std::string& missing) {
  const series::MissingPolicy policy = series::missing_policy(missing);
  series::Table table = series::read_table(path, {.separator = separator_of(options)});
  if (forecast.columns.empty()) forecast.columns = table.columns;
  std::vector<std::string> wanted = forecast.columns;
  if (target_channel(forecast) == static_cast<Index>(wanted.size())) wanted.push_back(forecast.target);

  std::vector<Index> positions;
  for (const std::string& column : wanted) positions.push_back(table.column_index(column));
  Array values(Shape{table.rows(), static_cast<Index>(wanted.size())});
  for (Index row = 0; row < table.rows(); ++row) {
    for (std::size_t k = 0; k < wanted.size(); ++k)
      values(row, static_cast<Index>(k)) = table.values(row, positions[k]);
  }
  table.columns = std::move(wanted);
  table.values = std::move(values);
  try {
    series::fill_missing(table.values.view(), policy);
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("{}: {}", path, error.what()));
  }
  refuse_infinite(path, table.values, [&](Index i) {
    const auto width = static_cast<Index>(table.columns.size());
    return fmt::format("row {} of column `{}`", i / width, table.columns[static_cast<std::size_t>(i % width)]);
  });
  return {table, table};
}

series::Windows windows_over(const series::Table& table, const ForecastSettings& forecast, series::RowRange rows,
                             series::RowRange target_rows) {
  return series::make_windows(table, {.columns = forecast.columns,
                                      .targets = {forecast.target},
                                      .window = forecast.window,
                                      .horizon = forecast.horizon,
                                      .rows = rows,
                                      .target_rows = target_rows});
}

void unscale(Array& predicted, const Settings& settings) {
  // One column: the normalizer takes the last axis for channels.
  settings.normalizer.invert(View(predicted.data(), {predicted.size(), 1}), target_channel(*settings.forecast));
}

ForecastScore score_forecast(const Sequential& model, const Settings& settings, const ForecastData& data,
                             series::RowRange target_rows) {
  Array predicted = model.predict(windows_over(data.scaled, *settings.forecast, {}, target_rows).inputs());
  unscale(predicted, settings);
  const series::Windows raw = windows_over(data.raw, *settings.forecast, {}, target_rows);
  const Array actual = raw.targets().to_array();
  if (predicted.size() != actual.size()) {
    throw ValueError(fmt::format("The model predicts {} numbers for {} targets.", predicted.size(), actual.size()));
  }
  ForecastScore sum{.naive = series::naive_forecast_error(raw)};
  for (Index i = 0; i < predicted.size(); ++i) {
    const double error = static_cast<double>(predicted[i]) - static_cast<double>(actual[i]);
    sum.mse += error * error;
    sum.mae += std::abs(error);
  }
  const double n = static_cast<double>(std::max<Index>(predicted.size(), 1));
  sum.mse /= n;
  sum.mae /= n;
  return sum;
}

Config to_config(const ForecastScore& score) {
  return Config::dict(
      {{"mse", score.mse}, {"mae", score.mae}, {"naive_mse", score.naive.mse}, {"naive_mae", score.naive.mae}});
}

std::string to_line(const ForecastScore& score) {
  return fmt::format("mse {:.4g}, mae {:.4g} (repeating the last value: mse {:.4g}, mae {:.4g})", score.mse, score.mae,
                     score.naive.mse, score.naive.mae);
}

}  // namespace wavetrain::app
