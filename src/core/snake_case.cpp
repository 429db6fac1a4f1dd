#include "core/snake_case.hpp"

namespace wavetrain {
namespace {

// ASCII only, whatever the locale.
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

}  // namespace

std::string snake_case(std::string_view class_name) {
  std::string name;
  for (const char c : class_name) {
    if (is_word(c)) name += c;
  }
  // First pass: an underscore before each capital that lower-case letters follow, unless it comes first. As in the
  // regular expression "(.)([A-Z][a-z]+)", a match uses up its letters, so that the character before must not belong to
  // the last one.
  std::string split;
  std::size_t free_from = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > free_from && is_upper(name[i]) && i + 1 < name.size() && is_lower(name[i + 1])) {
      split += '_';
      free_from = i + 1;
      while (free_from < name.size() && is_lower(name[free_from])) ++free_from;
    }
    split += name[i];
  }
  // Second pass: an underscore between a lower-case letter and a capital ("([a-z])([A-Z])"); then everything lower
  // case.
  std::string result;
  for (std::size_t i = 0; i < split.size(); ++i) {
    if (i > 0 && is_lower(split[i - 1]) && is_upper(split[i])) result += '_';
    result += is_upper(split[i]) ? static_cast<char>(split[i] - 'A' + 'a') : split[i];
  }
  return result;
}

}  // namespace wavetrain
