#include "report.hpp"

#include <fmt/format.h>

namespace wavetrain::app {

Config to_config(const Logs& logs) {
  Config config{Config::Dict{}};
  for (const auto& [name, value] : logs) config.set(name, value);
  return config;
}

std::string to_line(const Logs& logs) {
  std::string line;
  for (const auto& [name, value] : logs) line += fmt::format("{}{} {:.4g}", line.empty() ? "" : ", ", name, value);
  return line;
}

std::string history_csv(const History& history) {
  const std::vector<std::string> names = history.names();
  std::string text = "epoch";
  for (const std::string& name : names) text += "," + csv_field(name);
  text += "\n";
  for (std::size_t i = 0; i < history.epoch().size(); ++i) {
    text += fmt::format("{}", history.epoch()[i]);
    for (const std::string& name : names) {
      // A quantity that is not there in every epoch (validation_freq) has fewer values.
      const std::vector<double>& values = history[name];
      text += i < values.size() ? "," + to_text(values[i]) : ",";
    }
    text += "\n";
  }
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string xml_escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<') escaped += "&lt;";
    else if (c == '>') escaped += "&gt;";
    else if (c == '&') escaped += "&amp;";
    else if (c == '"') escaped += "&quot;";
    else escaped += c;
  }
  return escaped;
}

}  // namespace wavetrain::app
