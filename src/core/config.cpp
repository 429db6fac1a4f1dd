#include "wavetrain/config.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain {
namespace {

[[noreturn]] void wrong_kind(const char* expected, const Config& received) {
  throw TypeError(fmt::format("expected {}, received {} ({})", expected, received.repr(), received.kind()));
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    if (c == '\n') result += "\\n";
    else result += c;
  }
  return result + "'";
}

}  // namespace

Config::Config(const Config& other) = default;
Config::Config(Config&& other) noexcept = default;
Config& Config::operator=(const Config& other) = default;
Config& Config::operator=(Config&& other) noexcept = default;
Config::~Config() = default;

bool Config::as_bool() const {
  if (const bool* value = std::get_if<bool>(&value_)) return *value;
  wrong_kind("a bool", *this);
}

std::int64_t Config::as_int() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  wrong_kind("an int", *this);
}

double Config::as_double() const {
  if (const double* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  wrong_kind("a number", *this);
}

const std::string& Config::as_string() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrong_kind("a str", *this);
}

const Config::List& Config::as_list() const {
  if (const auto* value = std::get_if<List>(&value_)) return *value;
  wrong_kind("a list", *this);
}

const Config::Dict& Config::as_dict() const {
  if (const auto* value = std::get_if<Dict>(&value_)) return *value;
  wrong_kind("a dict", *this);
}

const Config* Config::find(std::string_view key) const {
  const auto* dict = std::get_if<Dict>(&value_);
  if (dict == nullptr) return nullptr;
  for (const auto& [name, value] : *dict) {
    if (name == key) return &value;
  }
  return nullptr;
}

const Config& Config::at(std::string_view key) const {
  if (const Config* value = find(key)) return *value;
  throw ValueError(fmt::format("Missing key '{}' in {}", key, repr()));
}

void Config::set(std::string_view key, Config value) {
  if (is_null()) value_ = Dict{};
  auto* dict = std::get_if<Dict>(&value_);
  if (dict == nullptr) wrong_kind("a dict", *this);
  for (auto& [name, old] : *dict) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  dict->emplace_back(std::string(key), std::move(value));
}

void Config::push_back(Config value) {
  if (is_null()) value_ = List{};
  auto* list = std::get_if<List>(&value_);
  if (list == nullptr) wrong_kind("a list", *this);
  list->push_back(std::move(value));
}

const char* Config::kind() const {
  static constexpr const char* kNames[] = {"None", "bool", "int", "float", "str", "list", "dict"};
  return kNames[value_.index()];
}

std::string Config::repr() const {
  if (is_null()) return "None";
  if (is_bool()) return as_bool() ? "True" : "False";
  if (is_int()) return std::to_string(as_int());
  if (is_double()) return to_text(as_double());
  if (is_string()) return quoted(as_string());
  std::string text;
  if (is_list()) {
    for (const Config& item : as_list()) text += (text.empty() ? "" : ", ") + item.repr();
    return "[" + text + "]";
  }
  for (const auto& [key, value] : as_dict()) text += (text.empty() ? "" : ", ") + quoted(key) + ": " + value.repr();
  return "{" + text + "}";
}

std::string to_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  // Python's repr: the shortest digits d.ddd that read back the same, an exponent below 1e-4 and from 1e16 on.
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string scientific(buffer, end);
  const std::size_t e = scientific.find('e');
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  if (exponent < -4 || exponent >= 16) return scientific;
  const bool negative = scientific[0] == '-';
  std::string digits;
  for (const char c : scientific.substr(0, e)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  if (exponent < 0) {
    digits.insert(0, static_cast<std::size_t>(-exponent), '0');
    digits.insert(1, ".");
  } else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole + 1) digits.append(whole + 1 - digits.size(), '0');
    digits.insert(whole, ".");
  }
  return negative ? "-" + digits : digits;
}

}  // namespace wavetrain
