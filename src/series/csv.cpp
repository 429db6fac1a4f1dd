#include "series/csv.hpp"

#include <algorithm>

namespace wavetrain::series {
namespace {

// Separators in `line` outside quotes; runs of blanks count once.
Index count_separators(std::string_view line, char separator) {
  line = trimmed(line);
  Index count = 0;
  bool in_quote = false;
  char previous = 0;
  for (const char c : line) {
    if (c == '"') in_quote = !in_quote;
    const bool run = separator == ' ' && previous == ' ';
    if (c == separator && !in_quote && !run) ++count;
    previous = c;
  }
  return count;
}

// A word: not a number, not missing, and without digits, which time stamps have.
bool is_word(std::string_view field) {
  return !is_missing_text(field) && !is_number(field) && field.find_first_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string_view take_csv_field(const char*& p, const char* end, char separator, std::string& storage) {
  const auto skip = [&] {
    while (p != end && (*p == ' ' || (*p == '\t' && separator != '\t'))) ++p;
  };
  skip();
  if (p == end || *p != '"') {
    const char* start = p;
    while (p != end && *p != separator && !(separator == ' ' && *p == '\t')) ++p;
    const std::string_view field = trimmed({start, static_cast<std::size_t>(p - start)});
    if (separator == ' ') skip();
    return field;
  }
  const char* start = ++p;
  const char* quote = std::find(p, end, '"');
  std::string_view field(start, static_cast<std::size_t>(quote - start));
  if (quote + 1 < end && quote[1] == '"') {  // a doubled quote stands for one
    storage.clear();
    while (quote + 1 < end && quote[1] == '"') {
      storage.append(p, quote + 1);
      p = quote + 2;
      quote = std::find(p, end, '"');
    }
    storage.append(p, quote);
    field = storage;
  }
  p = quote == end ? end : quote + 1;
  skip();
  return field;
}

std::vector<std::string> split_csv(std::string_view line, char separator) {
  std::vector<std::string> fields;
  std::string storage;
  const char* p = line.data();
  const char* end = p + line.size();
  for (;;) {
    const char* start = p;
    fields.emplace_back(take_csv_field(p, end, separator, storage));
    if (p == end) return fields;
    if (separator != ' ') {
      // Text behind a closing quote belongs to the field: "12"abc.
      if (*p != separator) {
        p = std::find(p, end, separator);
        fields.back() = std::string(trimmed({start, static_cast<std::size_t>(p - start)}));
        if (p == end) return fields;
      }
      ++p;
    }
  }
}

bool has_open_quote(std::string_view line) { return std::count(line.begin(), line.end(), '"') % 2 != 0; }

namespace {

bool between_digits(std::string_view line, std::size_t i) {
  const auto digit = [&](std::size_t k) { return k < line.size() && line[k] >= '0' && line[k] <= '9'; };
  return i > 0 && digit(i - 1) && digit(i + 1);
}

}  // namespace

char decimal_mark(std::string_view line) {
  char mark = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == ',' && between_digits(line, i)) mark = ',';
    // Dates such as 31.12.2020 have points, too: two of them.
    if (line[i] == '.' && between_digits(line, i)) {
      const std::size_t next = line.find_first_not_of("0123456789", i + 1);
      const std::size_t before = line.find_last_not_of("0123456789", i - 1);
      const bool date = (next != std::string_view::npos && line[next] == '.') ||
                        (before != std::string_view::npos && line[before] == '.');
      const bool seconds = before != std::string_view::npos && line[before] == ':';
      if (!date && !seconds) return '.';
    }
  }
  return mark;
}

bool has_decimal_commas(std::string_view line) { return decimal_mark(line) == ','; }

std::string_view with_decimal_points(std::string_view line, std::string& storage) {
  storage.assign(line);
  for (std::size_t i = 0; i < storage.size(); ++i) {
    if (storage[i] == ',' && between_digits(line, i)) storage[i] = '.';
  }
  return storage;
}

char guess_separator(std::string_view first, std::string_view second) {
  constexpr char kCandidates[] = {',', ';', '\t', ' '};
  if (!trimmed(second).empty()) {
    // Semicolons and tabs before commas where both fit: commas may be decimal ones.
    for (const char candidate : {';', '\t', ',', ' '}) {
      const Index count = count_separators(first, candidate);
      if (count > 0 && count == count_separators(second, candidate)) return candidate;
    }
  }
  for (const char candidate : kCandidates) {
    if (count_separators(first, candidate) > 0) {
      // Blanks may be part of one single name ("flow rate") above a column of numbers.
      if (candidate == ' ' && !trimmed(second).empty() && count_separators(second, ' ') == 0) continue;
      return candidate;
    }
  }
  return ',';
}

bool guess_header(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  const auto number = [](const std::string& field) { return is_number(field) || is_missing_text(field); };
  bool counts = first.size() > 1;
  for (std::size_t i = 0; i < first.size(); ++i) counts = counts && first[i] == std::to_string(i);
  if (counts) return true;
  if (std::none_of(first.begin(), first.end(), number)) {
    // Names, unless the second row looks the same all over (two rows of words: there is nothing to tell by).
    return second.empty() || first.size() == 1 || std::any_of(second.begin(), second.end(), number) ||
           std::any_of(first.begin(), first.end(), is_word);
  }
  for (std::size_t i = 0; i < std::min(first.size(), second.size()); ++i) {
    if (is_word(first[i]) && !is_word(second[i])) return true;
  }
  return false;
}

}  // namespace wavetrain::series
