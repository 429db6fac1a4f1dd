#include "training/path_format.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <variant>

#include <fmt/format.h>

namespace wavetrain {
namespace {

using Number = std::variant<Index, double>;

Number find(std::string_view name, const std::vector<std::pair<std::string, Index>>& integers, const Logs& logs) {
  for (const auto& [known, value] : integers) {
    if (known == name) return value;
  }
  if (const double* value = logs.find(name)) return *value;
  throw ValueError(fmt::format("'{}' is not among the logged values", name));
}

// fmt pads "nan" and "inf" with blanks where Python goes on with zeros.
std::string padded_with_zeros(double value, const std::string& spec) {
  const auto width = static_cast<std::size_t>(std::strtoul(spec.c_str(), nullptr, 10));
  const std::string sign = value < 0 ? "-" : "";
  const std::string text = (std::isnan(value) ? "nan" : "inf") + std::string(spec.back() == '%' ? "%" : "");
  const std::size_t used = sign.size() + text.size();
  return sign + std::string(width > used ? width - used : 0, '0') + text;
}

std::string format(const Number& number, std::string spec) {
  const char type = spec.empty() ? '\0' : spec.back();
  const bool is_float = std::holds_alternative<double>(number);
  const double value = is_float ? std::get<double>(number) : static_cast<double>(std::get<Index>(number));
  if (spec.empty()) return is_float ? to_text(value) : std::to_string(std::get<Index>(number));
  if (!std::isfinite(value) && spec[0] == '0') return padded_with_zeros(value, spec);
  if (type == '%') {
    spec.back() = 'f';
    return fmt::format(fmt::runtime("{:" + spec + "}"), value * 100) + "%";
  }
  if (std::string_view("eEfFgG").find(type) != std::string_view::npos || is_float) {
    return fmt::format(fmt::runtime("{:" + spec + "}"), value);  // 'd' of a float is refused, as in Python
  }
  return fmt::format(fmt::runtime("{:" + spec + "}"), std::get<Index>(number));
}

}  // namespace

std::string format_path(std::string_view pattern, const std::vector<std::pair<std::string, Index>>& integers,
                        const Logs& logs) {
  std::string result;
  try {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const char c = pattern[i];
      const bool doubled = i + 1 < pattern.size() && pattern[i + 1] == c;
      if (c == '{' && !doubled) {
        const std::size_t end = pattern.find('}', i);
        if (end == std::string_view::npos) throw ValueError("a '{' has no '}'");
        const std::string_view field = pattern.substr(i + 1, end - i - 1);
        const std::size_t colon = std::min(field.find(':'), field.size());
        const std::string spec(colon < field.size() ? field.substr(colon + 1) : "");
        result += format(find(field.substr(0, colon), integers, logs), spec);
        i = end;
        continue;
      }
      if ((c == '{' || c == '}') && doubled) ++i;
      else if (c == '}') throw ValueError("a '}' has no '{'");
      result += c;
    }
  } catch (const fmt::format_error& error) {
    throw ValueError(fmt::format("Failed to format this callback filepath: \"{}\". Reason: {}", pattern, error.what()));
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("Failed to format this callback filepath: \"{}\". Reason: {}", pattern, error.what()));
  }
  return result;
}

}  // namespace wavetrain
