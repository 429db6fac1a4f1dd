#include "scoreboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace wavetrain::app {
namespace {

bool better(double a, double b, bool higher) { return higher ? a > b : a < b; }

std::string cell(const Scoreboard::Row& row, std::size_t k) {
  const double value = row.values[k];
  if (std::isnan(value)) return "-";
  std::string text = fmt::format("{:.4g}", value);
  if (k < row.deviations.size() && !std::isnan(row.deviations[k])) text += fmt::format(" ± {:.2g}", row.deviations[k]);
  return text;
}

// Columns on the screen: characters, not bytes.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, width_of(text)), ' ');
}

}  // namespace

std::string Scoreboard::text() const {
  std::vector<std::size_t> widths{4};
  for (const Row& row : rows) widths[0] = std::max(widths[0], width_of(row.name) + 2);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    widths.push_back(width_of(columns[k]));
    for (const Row& row : rows) widths.back() = std::max(widths.back(), width_of(cell(row, k)));
  }
  const Row* best = nullptr;
  for (const Row& row : rows) {
    if (row.values.empty() || std::isnan(row.values[0])) continue;
    if (best == nullptr || better(row.values[0], best->values[0], higher_is_better)) best = &row;
  }
  std::string text = padded("", widths[0]);
  for (std::size_t k = 0; k < columns.size(); ++k) text += "  " + padded(columns[k], widths[k + 1]);
  text += "\n";
  for (const Row& row : rows) {
    text += padded((&row == best ? "* " : "  ") + row.name, widths[0]);
    for (std::size_t k = 0; k < columns.size(); ++k) text += "  " + padded(cell(row, k), widths[k + 1]);
    while (text.back() == ' ') text.pop_back();
    text += "\n";
  }
  return text;
}

std::string Scoreboard::verdict() const {
  const auto network = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.is_network; });
  if (network == rows.end() || std::isnan(network->values[0])) return "";
  const Row* rival = nullptr;
  for (const Row& row : rows) {
    if (row.is_network || std::isnan(row.values[0])) continue;
    if (rival == nullptr || better(row.values[0], rival->values[0], higher_is_better)) rival = &row;
  }
  if (rival == nullptr) return "";
  if (better(network->values[0], rival->values[0], higher_is_better)) {
    return fmt::format("The network ({}) beats every baseline.", network->name);
  }
  const bool tie = network->values[0] == rival->values[0];
  return fmt::format("The network ({}) {} {} by {}: {:.4g} against {:.4g}.", network->name,
                     tie ? "is no better than" : "LOSES to", rival->name, columns[0], network->values[0],
                     rival->values[0]);
}

Config Scoreboard::to_config() const {
  Config config{Config::Dict{}};
  for (const Row& row : rows) {
    Config scores{Config::Dict{}};
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const auto finite = [](double value) { return std::isfinite(value) ? Config(value) : Config(); };
      scores.set(columns[k], finite(row.values[k]));
      if (k < row.deviations.size()) scores.set(columns[k] + "_std", finite(row.deviations[k]));
    }
    config.set(row.name, std::move(scores));
  }
  return config;
}

double mean_of(const std::vector<double>& values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::string sparkline(const std::vector<double>& values, std::size_t width) {
  static const char* const kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  std::string line;
  const std::size_t count = std::min(width, values.size());
  for (std::size_t i = 0; i < count; ++i) {
    const double value = values[i * values.size() / count];
    if (!std::isfinite(value)) line += " ";
    else line += kBars[high > low ? static_cast<std::size_t>((value - low) / (high - low) * 7.999) : 0];
  }
  return line;
}

}  // namespace wavetrain::app
