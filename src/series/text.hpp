// Reading text: lines, numbers, and errors that say where.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "wavetrain/error.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain::series {

// Opens a file for reading. Throws FileError for a folder or a file that cannot be opened.
std::ifstream open_text(const std::filesystem::path& path);

// Lines of a stream, without their ends (LF or CRLF) and without a leading byte order mark. Keeps one buffer, which
// grows to the longest line. Throws FileError for what is not text: zero bytes, UTF-16, compressed files.
class LineReader {
 public:
  LineReader(std::istream& in, std::string name);

  // The next line, valid until the following call; false at the end.
  bool next(std::string_view& line);
  // What the buffer holds before the first line is taken: the beginning of the file.
  std::string_view beginning() const { return {buffer_.data() + begin_, end_ - begin_}; }

  const std::string& name() const { return name_; }
  Index line() const { return line_; }  // number of the line that next() returned, from 1

  // Throws FileError "name:line: message".
  template <class... A>
  [[noreturn]] void fail(fmt::format_string<A...> format, A&&... arguments) const {
    fail_at(line_, fmt::format(format, std::forward<A>(arguments)...));
  }
  // The same for another line; line 0 stands for the file as a whole.
  [[noreturn]] void fail_at(Index line, const std::string& message) const;

 private:
  bool fill();

  std::istream& in_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // the unread part of the buffer
  std::size_t end_ = 0;
  Index line_ = 0;
  bool last_chunk_ = false;
};

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trimmed(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string lower(std::string_view text);

// For messages: in single quotes, unprintable bytes escaped, cut after 40 characters.
std::string in_quotes(std::string_view text);
// "'a', 'b', 'c'", cut after 12 names.
std::string in_quotes_all(const std::vector<std::string>& names);
// How a separator is called in messages: "','", "tab", "blank".
std::string separator_name(char separator);

// Text that stands for a missing value: empty, "?", or one of NA, N/A, NaN, null, none in any case.
bool is_missing_text(std::string_view text);
// A whole number or decimal, nan and inf included; nothing around it.
bool is_number(std::string_view text);

// Whether the decimal number first .. last, which no double can hold, is too small rather than too large.
bool is_underflow(const char* first, const char* last);

// Reads a decimal number of at most 15 digits without exponent, in whose place from_chars would give the same bits: a
// double holds digits and power of ten exactly, so that one division is rounded correctly (Clinger 1990). Null where
// this does not apply.
inline const char* parse_short_number(const char* p, const char* end, double& number) {
  constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = p != end && *p == '-';
  if (negative) ++p;
  std::uint64_t digits = 0;
  const auto take_digits = [&] {
    const char* const start = p;
    for (; p != end && *p >= '0' && *p <= '9'; ++p) digits = 10 * digits + static_cast<std::uint64_t>(*p - '0');
    return p - start;
  };
  std::ptrdiff_t count = take_digits();
  std::ptrdiff_t behind_point = 0;
  if (p != end && *p == '.') {
    ++p;
    behind_point = take_digits();
    count += behind_point;
  }
  if (count == 0 || count > 15 || (p != end && (*p == 'e' || *p == 'E'))) return nullptr;
  number = static_cast<double>(digits) / kPowers[behind_point];
  if (negative) number = -number;
  return p;
}

// Reads the value that starts at `p`: a decimal number, nan or inf in any case, or '?' (missing, NaN). Returns the
// position behind it, or null when there is none or it lies outside the range of float32.
inline const char* parse_value(const char* p, const char* end, float& value) {
  if (p == end) return nullptr;
  if (*p == '?') {
    value = std::numeric_limits<float>::quiet_NaN();
    return p + 1;
  }
  if (*p == '+' && p + 1 != end && p[1] != '-') ++p;
  double number;
  if (const char* rest = parse_short_number(p, end, number)) {
    value = static_cast<float>(number);
    return rest;
  }
  // Through double, so that values equal those of a Python pipeline bit by bit.
  const auto [rest, error] = std::from_chars(p, end, number);
  if (error != std::errc()) [[unlikely]] {
    // from_chars reports underflow as out of range, too; to a float that is zero.
    if (error != std::errc::result_out_of_range || !is_underflow(p, rest)) return nullptr;
    number = 0.0;
  }
  value = static_cast<float>(number);
  if (std::isinf(value) && std::isfinite(number)) [[unlikely]]
    return nullptr;
  return rest;
}

// Parses a whole field (blanks around it allowed).
bool parse_field(std::string_view text, float& value);
bool parse_integer(std::string_view text, Index& value);

// Why `token` is not a value, as the first half of a message: "'1,5' (a decimal comma?)", "'abc'", "'1e99' (outside the
// range of float32)".
std::string explain_bad_value(std::string_view token);

struct ParsedValues {
  Index count = 0;                  // values appended
  bool trailing_separator = false;  // the text ended in a separator with nothing behind
  bool failed = false;
  std::string_view bad;  // the field that is no value: field number `count`, from 0
};

// Appends the values of `text`, separated by `separator` (blanks around values are ignored; ' ' means any run of
// blanks). An empty field is a missing value when `empty_is_missing`, else it fails; so do words, unless
// is_missing_text.
ParsedValues append_values(std::string_view text, char separator, bool empty_is_missing, std::vector<float>& out);

}  // namespace wavetrain::series
