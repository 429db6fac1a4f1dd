#include "html_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "html_parts.hpp"
#include "report.hpp"

namespace wavetrain::app {
namespace {

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '<') quoted += "\\u003c";  // no tag ends the script
    else if (static_cast<unsigned char>(c) < 0x20) quoted += ' ';
    else quoted += c;
  }
  return quoted + "\"";
}

std::string json_numbers(const std::vector<double>& values) {
  std::string text = "[";
  for (const double value : values) {
    if (text.size() > 1) text += ',';
    text += std::isfinite(value) ? fmt::format("{:.6g}", value) : "null";
  }
  return text + "]";
}

std::string cell(double value, double deviation) {
  if (std::isnan(value)) return "–";
  return std::isnan(deviation) ? fmt::format("{:.4g}", value) : fmt::format("{:.4g} ± {:.2g}", value, deviation);
}

}  // namespace

HtmlReport::HtmlReport(const std::string& title, const std::string& subtitle) : title_(title), subtitle_(subtitle) {}

void HtmlReport::heading(const std::string& text) { body_ += fmt::format("<h2>{}</h2>\n", xml_escape(text)); }

void HtmlReport::paragraph(const std::string& text, bool warning) {
  body_ += fmt::format("<p{}>{}</p>\n", warning ? " class='warning'" : "", xml_escape(text));
}

void HtmlReport::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       int strong) {
  body_ += "<div class='scroll'><table><thead><tr>";
  for (const std::string& name : header) body_ += fmt::format("<th>{}</th>", xml_escape(name));
  body_ += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    body_ += static_cast<int>(i) == strong ? "<tr class='strong'>" : "<tr>";
    for (const std::string& text : rows[i]) body_ += fmt::format("<td>{}</td>", xml_escape(text));
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlReport::scoreboard(const Scoreboard& board) {
  std::vector<std::string> header{"method"};
  header.insert(header.end(), board.columns.begin(), board.columns.end());
  std::vector<std::vector<std::string>> rows;
  int strong = -1;
  for (const Scoreboard::Row& row : board.rows) {
    std::vector<std::string> cells{row.name};
    for (std::size_t k = 0; k < board.columns.size(); ++k) {
      cells.push_back(cell(row.values[k],
                           k < row.deviations.size() ? row.deviations[k] : std::numeric_limits<double>::quiet_NaN()));
    }
    if (row.is_network && strong < 0) strong = static_cast<int>(rows.size());
    rows.push_back(std::move(cells));
  }
  table(header, rows, strong);
  const std::string verdict = board.verdict();
  if (!verdict.empty()) paragraph(verdict, verdict.find("beats every") == std::string::npos);
}

void HtmlReport::chart(const std::vector<ChartPanel>& panels, const std::vector<std::string>& labels, Index first) {
  std::string data = fmt::format("{{first:{},labels:", first);
  if (labels.empty()) {
    data += "null";
  } else {
    data += "[";
    for (std::size_t i = 0; i < labels.size(); ++i) data += (i == 0 ? "" : ",") + json_string(labels[i]);
    data += "]";
  }
  data += ",panels:[";
  for (const ChartPanel& panel : panels) {
    data += "{title:" + json_string(panel.title) + ",lines:[";
    for (const ChartPanel::Line& line : panel.lines) {
      data += "{name:" + json_string(line.name) + ",values:" + json_numbers(line.values) + "},";
    }
    data += "],low:" + (panel.low.empty() ? "null" : json_numbers(panel.low));
    data += ",high:" + (panel.high.empty() ? "null" : json_numbers(panel.high));
    data += ",threshold:" +
            (panel.has_threshold && std::isfinite(panel.threshold) ? fmt::format("{:.9g}", panel.threshold) : "null");
    data += ",marks:[";
    for (const auto& [from, to] : panel.marks) data += fmt::format("[{},{}],", from, to);
    data += "]},";
  }
  data += "]}";
  body_ += fmt::format(
      "<figure class='chart'><canvas id='chart{0}' role='img' aria-label='{1}' style='height:{2}px'></canvas>"
      "<figcaption></figcaption></figure>\n<script>charts.push(['chart{0}',{3}]);</script>\n",
      charts_, xml_escape(panels.empty() ? "" : panels[0].title), 40 + 230 * panels.size(), data);
  ++charts_;
}

void HtmlReport::history(const History& history) {
  std::vector<ChartPanel> panels;
  for (const std::string& name : history.names()) {
    if (name == "learning_rate" || name.rfind("val_", 0) == 0) continue;
    ChartPanel panel{.title = name, .lines = {{"training", history[name]}}, .low = {}, .high = {}, .marks = {}};
    if (history.contains("val_" + name)) panel.lines.push_back({"validation", history["val_" + name]});
    // The loss first.
    panels.insert(name == "loss" ? panels.begin() : panels.end(), std::move(panel));
  }
  if (panels.empty() || history.epoch().empty()) return;
  heading("Learning curves");
  chart(panels, {}, 1);
}

void HtmlReport::confusion(const std::vector<std::string>& names, const std::vector<std::vector<Index>>& counts) {
  body_ += "<div class='scroll'><table class='confusion'><thead><tr><th>is \\ said</th>";
  for (const std::string& name : names) body_ += fmt::format("<th>{}</th>", xml_escape(name));
  body_ += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    Index total = 0;
    for (const Index count : counts[i]) total += count;
    body_ += fmt::format("<tr><td>{}</td>", xml_escape(names[i]));
    for (std::size_t k = 0; k < names.size(); ++k) {
      const double part = total > 0 ? static_cast<double>(counts[i][k]) / static_cast<double>(total) : 0;
      body_ += fmt::format("<td style='background:color-mix(in srgb,var(--{}) {:.0f}%,transparent)'>{}</td>",
                           i == k ? "good" : "bad", 75 * part, counts[i][k]);
    }
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlReport::model(const Sequential& model, const std::string& command, std::uint64_t seed) {
  heading("Model");
  body_ += fmt::format("<div class='scroll'><pre>{}</pre></div>\n", xml_escape(model.summary({.line_length = 78})));
  repeat(fmt::format("wavetrain 0.1.0, seed {}. The same command gives the same numbers, bit by bit, for any number of "
                     "threads on one kind of processor.",
                     seed),
         command);
}

void HtmlReport::repeat(const std::string& versions, const std::string& command) {
  heading("How to repeat it");
  paragraph(versions);
  body_ += fmt::format("<pre class='command'>{}</pre>\n", xml_escape(command));
}

void HtmlReport::gallery(const std::vector<std::string>& figures) {
  body_ += "<div class='gallery'>";
  for (const std::string& figure : figures) body_ += figure;
  body_ += "</div>\n";
}

std::string HtmlReport::str() const {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
      "<meta name='viewport' content='width=device-width,initial-scale=1'><meta name='color-scheme' content='light "
      "dark'>"
      "<title>{0}</title>\n<style>{2}</style></head>\n<body><script>const charts=[];</script><main>\n<h1>{0}</h1>\n<p "
      "class='subtitle'>{1}</p>\n{3}</main>\n<script>{4}</script></body></html>\n",
      xml_escape(title_), xml_escape(subtitle_), kReportStyle, body_, kReportScript);
}

std::string series_figure(ConstView series, Index length, const std::vector<float>& heat, const std::string& caption) {
  constexpr double width = 260, height = 90, pad = 4;
  const Index channels = series.shape()[1];
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (Index t = 0; t < length; ++t) {
    for (Index c = 0; c < channels; ++c) {
      const double value = series(t, c);
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  const auto x = [&](Index t) {
    return pad + (width - 2 * pad) * static_cast<double>(t) / static_cast<double>(std::max<Index>(length - 1, 1));
  };
  const auto y = [&](double v) {
    return height - pad - (height - 2 * pad) * (high > low ? (v - low) / (high - low) : 0.5);
  };
  std::string svg = fmt::format("<figure><svg viewBox='0 0 {} {}' role='img'>", width, height);
  for (Index c = 0; c < channels; ++c) {
    if (heat.empty() || channels > 1) {
      std::string path;
      bool down = false;
      for (Index t = 0; t < length; ++t) {
        const double value = series(t, c);
        if (std::isfinite(value)) path += fmt::format("{}{:.1f} {:.1f}", down ? "L" : "M", x(t), y(value));
        down = std::isfinite(value);
      }
      svg += fmt::format("<path d='{}' class='c{}'/>", path, c % 6);
      continue;
    }
    for (Index t = 0; t + 1 < length; ++t) {
      const double a = series(t, c), b = series(t + 1, c);
      if (!std::isfinite(a) || !std::isfinite(b)) continue;
      const float warm = (heat[static_cast<std::size_t>(t)] + heat[static_cast<std::size_t>(t + 1)]) / 2;
      svg += fmt::format(
          "<path d='M{:.1f} {:.1f}L{:.1f} {:.1f}' style='stroke:color-mix(in srgb,var(--warm) {:.0f}%,var(--cool))'/>",
          x(t), y(a), x(t + 1), y(b), 100 * warm);
    }
  }
  if (!heat.empty() && channels > 1) {
    for (Index t = 0; t + 1 < length; ++t) {
      svg += fmt::format(
          "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='4' style='fill:color-mix(in srgb,var(--warm) "
          "{:.0f}%,var(--cool))'/>",
          x(t), height - 4, x(t + 1) - x(t) + 0.2, 100 * heat[static_cast<std::size_t>(t)]);
    }
  }
  return svg + fmt::format("</svg><figcaption>{}</figcaption></figure>\n", xml_escape(caption));
}

}  // namespace wavetrain::app
