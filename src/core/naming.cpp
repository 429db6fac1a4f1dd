#include "naming.hpp"

namespace wavetrain {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) { return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_'; }

// re.sub("(.)([A-Z][a-z]+)", r"\1_\2", text): an underscore before every capitalised word but one at the start. A match
// consumes the character before the word, which is why a word directly after another one's end is still found, but a
// single character cannot serve two words.
std::string split_words(const std::string& text) {
  std::string result;
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + 2 < text.size() && is_upper(text[i + 1]) && is_lower(text[i + 2])) {
      result += text[i];
      result += '_';
      result += text[i + 1];
      for (i += 2; i < text.size() && is_lower(text[i]); ++i) result += text[i];
    } else {
      result += text[i++];
    }
  }
  return result;
}

}  // namespace

std::string to_snake_case(std::string_view class_name) {
  std::string word;
  for (const char c : class_name) {
    if (is_word(c)) word += c;
  }
  const std::string split = split_words(word);
  // re.sub("([a-z])([A-Z])", r"\1_\2"), then lower case.
  std::string snake;
  for (std::size_t i = 0; i < split.size(); ++i) {
    if (i > 0 && is_lower(split[i - 1]) && is_upper(split[i])) snake += '_';
    snake += is_upper(split[i]) ? static_cast<char>(split[i] - 'A' + 'a') : split[i];
  }
  return snake;
}

std::string UniqueNames::next(const std::string& base) {
  const int count = counts_[base]++;
  return count == 0 ? base : base + "_" + std::to_string(count);
}

}  // namespace wavetrain
