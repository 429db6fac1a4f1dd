#include "dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <utility>

#include "wavetrain/series/labels.hpp"
#include "wavetrain/series/missing.hpp"

namespace wavetrain::app {
namespace {

const std::map<std::string, series::Format> kFormats{{"auto", series::Format::automatic}, {"ts", series::Format::ts},
                                                     {"ucr", series::Format::ucr},        {"mts", series::Format::mts},
                                                     {"arff", series::Format::arff},      {"npy", series::Format::npy},
                                                     {"npz", series::Format::npz},        {"tsf", series::Format::tsf}};

std::optional<bool> decimal_comma(const DataOptions& options) {
  if (options.decimal == "auto") return {};
  return options.decimal == "comma";
}

// What was guessed, on standard error.
void explain(const std::string& source, const std::vector<std::string>& notes) {
  for (const std::string& note : notes) fmt::print(stderr, "{}: {}\n", source, note);
}

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
                  "(text, one case per row), mts, arff, npy, npz, tsf")
      ->check(CLI::IsMember({"auto", "ts", "ucr", "mts", "arff", "npy", "npz", "tsf"}))
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
  command.add_option("--label-name", options.label_name, "Text files with a header: name of the label's column");
  command.add_option("--decimal", options.decimal, "Text files: numbers such as 1.5 (point) or 1,5 (comma)")
      ->check(CLI::IsMember({"auto", "point", "comma"}));
  command.add_option("--id-column", options.id_column,
                     "A table with many series below each other: the column that says which one a row belongs to");
  command.add_option("--value-columns", options.value_columns, "With --id-column: the columns that hold values")
      ->delimiter(',');
  command.add_option("--time-column", options.time_column, "Tables: the column of the time stamps");
  command.add_flag("--regular", options.regular, "Tables: put in the rows that are missing between time stamps");
  command.add_flag("--channels-first", options.channels_first, "Arrays come as (samples, channels, steps)");
  command.add_flag("--explain", options.explain, "Say what was guessed about text files");
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
  const series::ReadOptions read_options{.format = kFormats.at(options.format),
                                         .labels = labels,
                                         .label_column = options.label_column,
                                         .label_name = options.label_name,
                                         .decimal_comma = decimal_comma(options),
                                         .id_column = options.id_column,
                                         .time_column = options.time_column,
                                         .columns = options.value_columns,
                                         .separator = separator_of(options),
                                         .unequal_length = options.unequal_length,
                                         .class_names = class_names,
                                         .channels_first = options.channels_first};
  series::SeriesSet set = path == "-" ? series::read_series(std::cin, read_options, "<standard input>")
                                      : series::read_series(path, read_options);
  if (options.explain) explain(set.source, set.notes);
  if (set.samples() == 0) throw FileError(fmt::format("{}: expected at least one series. Received: none.", path));
  if (set.has_missing && policy != series::MissingPolicy::mask) series::fill_missing(set, policy);
  refuse_infinite(path, set);
  if (!class_names.empty() && set.has_labels()) series::match_classes(set, class_names);
  return set;
}

Array prepare(series::SeriesSet& set, const Settings& settings, const Shape& input_shape) {
  const auto refuse = [&](const std::string& expected) {
    throw ValueError(fmt::format("{}: the model expects {}. Received: {} series of {} time steps and {} channels.",
                                 set.source, expected, set.samples(), set.time(), set.channels()));
  };
  if (input_shape.rank() != 3) refuse(fmt::format("inputs of shape {}, not series", to_string(input_shape)));
  const Index steps = input_shape[1];
  const Index channels = input_shape[2];
  if (channels != kNone && set.channels() != channels) {
    if (steps != kNone && set.channels() == steps && set.time() == channels) {
      refuse(fmt::format("{} time steps and {} channels: it looks as if the two were exchanged (--channels-first)",
                         steps, channels));
    }
    refuse(fmt::format("{} channels", channels));
  }
  settings.normalizer.apply(set);
  if (steps != kNone && set.time() != steps) {
    if (settings.equal_length) refuse(fmt::format("{} time steps", steps));
    if (set.time() > steps) refuse(fmt::format("at most {} time steps", steps));
    set = series::pad_to(set, steps);
  }
  if (!settings.masked) return {};
  Array mask = series::missing_mask(set.values, set.lengths);
  series::fill_missing(set, series::MissingPolicy::mask);
  return mask;
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

series::Table read_table(const std::string& path, const DataOptions& options) {
  series::TableOptions table_options{.separator = separator_of(options)};
  table_options.decimal_comma = decimal_comma(options);
  if (!options.time_column.empty()) table_options.time_column = options.time_column;
  series::Table table = path == "-" ? series::read_table(std::cin, table_options, "<standard input>")
                                    : series::read_table(path, table_options);
  if (options.regular) table = series::with_missing_rows(table);
  if (options.explain) explain(table.source, table.notes);
  return table;
}

namespace {

series::WindowOptions window_options(const TableSettings& settings, series::RowRange rows,
                                     series::RowRange target_rows) {
  return {.columns = settings.preparation.inputs(),
          .targets = settings.preparation.targets(),
          .window = settings.window,
          .horizon = settings.reconstruction ? 0 : settings.horizon,
          .gap = settings.gap,
          .rows = rows,
          .target_rows = target_rows};
}

}  // namespace

series::Windows windows_over(const series::PreparedTable& data, const TableSettings& settings, series::RowRange rows,
                             series::RowRange target_rows) {
  rows.first = std::max(rows.first, data.first_row);
  return series::make_windows(data.scaled, window_options(settings, rows, target_rows));
}

series::Windows raw_windows(const series::PreparedTable& data, const TableSettings& settings, series::RowRange rows,
                            series::RowRange target_rows) {
  rows.first = std::max(rows.first, data.first_row);
  series::WindowOptions options = window_options(settings, rows, target_rows);
  options.columns = options.targets;
  return series::make_windows(data.raw, options);
}

series::Windows future_windows(const series::PreparedTable& data, const TableSettings& settings) {
  series::WindowOptions options = window_options(settings, {data.first_row, -1}, {});
  options.horizon = 0;
  return series::make_windows(data.scaled, options);
}

DataView targets_of(const series::Windows& windows, const TableSettings& settings) {
  return settings.reconstruction ? windows.inputs() : windows.targets();
}

}  // namespace wavetrain::app
