#include "anomaly_labels.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "wavetrain/error.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/series/time_stamps.hpp"

namespace wavetrain::app {
namespace {

Index row_at(const series::Table& table, const std::string& stamp) {
  const std::optional<double> wanted = series::parse_time_stamp(stamp);
  const series::TextColumn* stamps = table.time_stamps();
  for (Index row = 0; wanted && row < stamps->size(); ++row) {
    if (series::parse_time_stamp((*stamps)[row]) == wanted) return row;
  }
  throw ValueError(fmt::format("{}: no row has the time stamp {} of an anomaly.", table.source, stamp));
}

}  // namespace

std::vector<char> labels_of_column(const series::Table& table, const std::string& name) {
  const Index column = table.column_index(name);
  std::vector<char> labels;
  for (Index row = 0; row < table.rows(); ++row) labels.push_back(table.values(row, column) > 0.5f);
  return labels;
}

Config::Dict read_label_windows(const std::string& path) {
  const files::Bytes bytes = files::read_file(path);
  try {
    return files::parse_json(std::string(files::as_text(bytes))).as_dict();
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: expected paths of series, each with a list of [first, last] time stamps. {}", path,
                                error.what()));
  }
}

std::vector<series::LabelWindow> windows_in(const series::Table& table, const Config& list) {
  if (table.time_stamps() == nullptr) throw ValueError(fmt::format("{}: --windows needs time stamps.", table.source));
  std::vector<series::LabelWindow> windows;
  for (const Config& window : list.as_list()) {
    const Config::List& ends = window.as_list();
    windows.push_back({row_at(table, ends.at(0).as_string()), row_at(table, ends.at(1).as_string())});
  }
  return windows;
}

std::vector<char> labels_of_windows(const series::Table& table, const std::string& path, const std::string& key) {
  const Config::Dict all = read_label_windows(path);
  const Config* list = nullptr;
  const std::string source = std::filesystem::path(table.source).generic_string();
  for (const auto& [name, value] : all) {
    if (key.empty() ? source.ends_with(name) : name == key) list = &value;
  }
  if (list == nullptr) {
    throw ValueError(
        fmt::format("{}: there are no anomalies of {} (see --windows-key).", path, key.empty() ? source : key));
  }
  std::vector<char> labels(static_cast<std::size_t>(table.rows()));
  for (const series::LabelWindow& window : windows_in(table, *list)) {
    for (Index row = window.first; row <= window.last; ++row) labels[static_cast<std::size_t>(row)] = 1;
  }
  return labels;
}

}  // namespace wavetrain::app
