#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::files {
namespace {

class Writer {
 public:
  explicit Writer(const JsonStyle& style) : style_(style) {}

  void write(const Config& value, int level) {
    if (value.is_null()) text_ += "null";
    else if (value.is_bool()) text_ += value.as_bool() ? "true" : "false";
    else if (value.is_int()) text_ += std::to_string(value.as_int());
    else if (value.is_double()) text_ += number(value.as_double());
    else if (value.is_string()) write_string(value.as_string());
    else if (value.is_list()) write_list(value.as_list(), level);
    else write_dict(value.as_dict(), level);
  }

  std::string take() { return std::move(text_); }

 private:
  static std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return to_text(value);
  }

  void write_string(const std::string& value) {
    try {
      text_ += nlohmann::json(value).dump(-1, ' ', style_.ascii_only);
    } catch (const nlohmann::json::exception&) {
      throw ValueError(fmt::format("The text '{}' is not valid UTF-8.", value));
    }
  }

  void write_list(const Config::List& items, int level) {
    if (items.empty()) {
      text_ += "[]";
      return;
    }
    text_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      separate(i, level);
      write(items[i], level + 1);
    }
    end(']', level);
  }

  void write_dict(const Config::Dict& entries, int level) {
    if (entries.empty()) {
      text_ += "{}";
      return;
    }
    text_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      separate(i, level);
      write_string(entries[i].first);
      text_ += ": ";
      write(entries[i].second, level + 1);
    }
    end('}', level);
  }

  void separate(std::size_t i, int level) {
    if (i > 0) text_ += ',';
    if (style_.indent >= 0) new_line(level + 1);
    else if (i > 0) text_ += ' ';
  }

  void end(char bracket, int level) {
    if (style_.indent >= 0) new_line(level);
    text_ += bracket;
  }

  void new_line(int level) {
    text_ += '\n';
    text_.append(static_cast<std::size_t>(level * style_.indent), ' ');
  }

  const JsonStyle& style_;
  std::string text_;
};

}  // namespace

std::string to_json(const Config& value, const JsonStyle& style) {
  Writer writer(style);
  writer.write(value, 0);
  return writer.take();
}

}  // namespace wavetrain::files
