// The report of `tune`: all trials as parallel coordinates, and the best in a table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "command_line.hpp"
#include "html_report.hpp"
#include "report.hpp"
#include "tune_task.hpp"

namespace wavetrain::app {
namespace {

// A value as reports show it: numbers short.
std::string short_text(const Config& value) {
  return value.is_double() ? fmt::format("{:.4g}", value.as_double()) : text_of(value);
}

std::vector<const series::SearchParameter*> varied(const SpaceFile& file) {
  std::vector<const series::SearchParameter*> parameters;
  for (const series::SearchParameter& parameter : file.space.parameters()) {
    if (parameter.kind != series::SearchParameter::Kind::fixed) parameters.push_back(&parameter);
  }
  return parameters;
}

// Parallel coordinates: a line per trial through its values, the better the warmer.
std::string parallel_coordinates(const SpaceFile& file, const std::vector<Finished>& trials) {
  const std::vector<const series::SearchParameter*> axes = varied(file);
  std::vector<double> scores;
  for (const Finished& done : trials) {
    if (!std::isnan(done.trial.score)) scores.push_back(done.trial.score);
  }
  if (scores.empty()) return "<p class='warning'>No trial has a score.</p>\n";
  std::sort(scores.begin(), scores.end());
  const double low = scores.front(), high = scores.back();
  // As wide as the page, but no axis nearer to the next than its labels need.
  const double distance = axes.size() < 3 ? 320 : axes.size() < 6 ? 200 : 120;
  const double width = distance * static_cast<double>(axes.size()) + 110, height = 260;
  const auto x = [&](std::size_t axis) { return 55 + distance * static_cast<double>(axis); };
  const auto y = [&](double part) { return 38 + (height - 68) * (1 - part); };
  std::string svg = fmt::format(
      "<div class='scroll'><svg viewBox='0 0 {0:.0f} {1:.0f}' style='width:100%;max-width:{0:.0f}px;min-width:{2}px' "
      "font-size='12' fill='currentColor'>",
      width, height, 90 * (axes.size() + 1));
  for (const Finished& done : trials) {
    if (std::isnan(done.trial.score)) continue;
    const double part = high > low ? (high - done.trial.score) / (high - low) : 1;
    std::string path;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      const Config* value = done.trial.values.find(axes[a]->name);
      if (value != nullptr)
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x(a), y(axes[a]->position(*value)));
    }
    path += fmt::format("L{:.1f} {:.1f}", x(axes.size()), y(part));
    svg += fmt::format(
        "<path d='{}' fill='none' stroke-width='{:.1f}' opacity='{:.2f}' style='stroke:color-mix(in srgb,var(--warm) "
        "{:.0f}%,var(--cool))'/>",
        path, 1 + 1.5 * part, 0.55 + 0.4 * part, 100 * part);
  }
  for (std::size_t a = 0; a <= axes.size(); ++a) {
    svg += fmt::format("<path d='M{0:.1f} {1:.1f}V{2:.1f}' style='stroke:var(--soft)'/>", x(a), y(1), y(0));
    const std::string name = a < axes.size() ? axes[a]->name : "score";
    svg +=
        fmt::format("<text x='{:.1f}' y='14' text-anchor='middle' font-weight='600'>{}</text>", x(a), xml_escape(name));
    const auto end = [&](double u) {
      return a < axes.size() ? xml_escape(short_text(axes[a]->at(std::min(u, 0.999999))))
                             : fmt::format("{:.4g}", std::abs(u > 0.5 ? low : high));
    };
    svg += fmt::format(
        "<text x='{0:.1f}' y='{1:.1f}' text-anchor='middle'>{2}</text><text x='{0:.1f}' y='{3:.1f}' "
        "text-anchor='middle'>{4}</text>",
        x(a), y(0) + 18, end(0), y(1) - 4, end(1));
  }
  return svg + "</svg></div>\n";
}

}  // namespace

std::string tune_html(const TuneArguments& arguments, const SpaceFile& file, const std::string& objective,
                      const std::vector<Finished>& order, double seconds) {
  HtmlReport report(fmt::format("Search: {}", std::filesystem::path(arguments.space).filename().string()),
                    fmt::format("{} · {} trials · {:.1f} s", arguments.search.strategy, order.size(), seconds));
  report.heading("All trials");
  report.raw(parallel_coordinates(file, order));
  report.heading("The best");
  const std::vector<const series::SearchParameter*> parameters = varied(file);
  std::vector<std::string> header{"trial", objective, "seconds"};
  for (const series::SearchParameter* parameter : parameters) header.push_back(parameter->name);
  const bool failures =
      std::any_of(order.begin(), order.end(), [](const Finished& done) { return !done.error.empty(); });
  if (failures) header.emplace_back("why it failed");
  std::vector<std::vector<std::string>> rows;
  for (const Finished& done : order) {
    if (rows.size() == 25) break;
    std::vector<std::string>& cells = rows.emplace_back();
    cells = {std::to_string(done.trial.number),
             done.error.empty() ? fmt::format("{:.5g}", std::abs(done.trial.score)) : "failed",
             fmt::format("{:.1f}", done.seconds)};
    for (const series::SearchParameter* parameter : parameters) {
      const Config* value = done.trial.values.find(parameter->name);
      cells.push_back(value != nullptr ? short_text(*value) : "–");
    }
    if (failures) cells.push_back(done.error);
  }
  report.table(header, rows, 0);
  report.repeat(fmt::format("wavetrain 0.1.0, seed {}. The same search gives the same trials.", arguments.search.seed),
                command_line());
  return report.str();
}

}  // namespace wavetrain::app
