#include "series/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace wavetrain::series {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// Larger than any text is long; exponents stop here.
constexpr long kHugeExponent = 1000000000;

// The end of the field that starts at `p`.
const char* field_end(const char* p, const char* end, char separator) {
  if (separator != ' ') return std::find(p, end, separator);
  return std::find_if(p, end, is_blank);
}

}  // namespace

std::ifstream open_text(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    throw FileError(fmt::format("{}: is a folder, expected a file", path.string()));
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw FileError(fmt::format("{}: cannot be opened: {}", path.string(), std::strerror(errno)));
  return in;
}

LineReader::LineReader(std::istream& in, std::string name) : in_(in), name_(std::move(name)) {
  fill();
  const std::string_view start = beginning();
  if (starts_with(start, "\xEF\xBB\xBF")) begin_ += 3;
  else if (starts_with(start, "\xFF\xFE") || starts_with(start, "\xFE\xFF")) {
    fail_at(0, "the text is UTF-16, expected UTF-8; save it again as UTF-8");
  } else if (starts_with(start, "\x1F\x8B")) {
    fail_at(0, "the file is compressed with gzip, expected text; decompress it first");
  } else if (starts_with(start, "PK\x03\x04")) {
    fail_at(0, "the file is a zip archive, expected text; unpack it first");
  }
}

void LineReader::fail_at(Index line, const std::string& message) const {
  throw FileError(line > 0 ? fmt::format("{}:{}: {}", name_, line, message) : fmt::format("{}: {}", name_, message));
}

bool LineReader::fill() {
  if (last_chunk_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() < end_ + kChunk) buffer_.resize(std::max(end_ + kChunk, 2 * buffer_.size()));
  in_.read(buffer_.data() + end_, static_cast<std::streamsize>(buffer_.size() - end_));
  const auto got = static_cast<std::size_t>(in_.gcount());
  if (in_.bad()) fail_at(0, "cannot be read");
  if (!in_) last_chunk_ = true;
  end_ += got;
  return got > 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;  // bytes behind begin_ known to hold no line end
  const char* newline = nullptr;
  for (;;) {
    const char* from = buffer_.data() + begin_ + searched;
    const std::size_t size = end_ - begin_ - searched;
    newline = size == 0 ? nullptr : static_cast<const char*>(std::memchr(from, '\n', size));
    if (newline != nullptr) break;
    searched = end_ - begin_;
    if (!fill()) break;
  }
  const char* start = buffer_.data() + begin_;
  if (newline == nullptr && begin_ == end_) return false;
  const char* stop = newline != nullptr ? newline : buffer_.data() + end_;
  begin_ = static_cast<std::size_t>(stop - buffer_.data()) + (newline != nullptr ? 1 : 0);
  ++line_;
  if (stop != start && stop[-1] == '\r') --stop;
  line = std::string_view(start, static_cast<std::size_t>(stop - start));
  if (!line.empty() && std::memchr(line.data(), '\0', line.size()) != nullptr) {
    fail("a zero byte, expected text; this is a binary file");
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return to_lower(x) == to_lower(y); });
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), to_lower);
  return result;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string result = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Not in the middle of a UTF-8 character.
    if (i >= kLongest && (text[i] & 0xC0) != 0x80) return result + "…'";
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\t') result += "\\t";
    else if (byte < 0x20 || byte == 0x7F) result += fmt::format("\\x{:02x}", byte);
    else result += text[i];
  }
  return result + "'";
}

std::string in_quotes_all(const std::vector<std::string>& names) {
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == 12) return result + fmt::format(", … ({} in all)", names.size());
    result += (i == 0 ? "" : ", ") + in_quotes(names[i]);
  }
  return result;
}

std::string separator_name(char separator) {
  if (separator == '\t') return "tab";
  if (separator == ' ') return "blank";
  return fmt::format("'{}'", separator);
}

bool is_missing_text(std::string_view text) {
  if (text.empty() || text == "?") return true;
  if (text.size() > 4) return false;
  for (const char* word : {"na", "nan", "n/a", "null", "none"}) {
    if (equal_ignoring_case(text, word)) return true;
  }
  return false;
}

bool is_number(std::string_view text) {
  float value;
  return !text.empty() && text != "?" &&
         parse_value(text.data(), text.data() + text.size(), value) == text.data() + text.size();
}

bool is_underflow(const char* first, const char* last) {
  // The decimal exponent of the first digit that counts: its place before (+) or behind (-) the point, plus the
  // exponent.
  long place = 0;
  bool point = false;
  bool started = false;
  const char* p = first;
  for (; p != last && to_lower(*p) != 'e'; ++p) {
    if (*p == '.') point = true;
    if (*p < '0' || *p > '9') continue;
    started = started || *p != '0';
    if (started && !point) ++place;
    if (!started && point) --place;
  }
  if (p == last) return place < 0;
  const bool negative = p + 1 != last && p[1] == '-';
  long exponent = 0;
  for (++p; p != last; ++p) {
    if (*p >= '0' && *p <= '9') exponent = std::min(kHugeExponent, exponent * 10 + (*p - '0'));
  }
  return (negative ? place - exponent : place + exponent) < 0;
}

bool parse_field(std::string_view text, float& value) {
  text = trimmed(text);
  return parse_value(text.data(), text.data() + text.size(), value) == text.data() + text.size() && !text.empty();
}

bool parse_integer(std::string_view text, Index& value) {
  text = trimmed(text);
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && rest == text.data() + text.size();
}

std::string explain_bad_value(std::string_view token) {
  token = trimmed(token);
  if (token.empty()) return "an empty value";
  const std::string text = in_quotes(token);
  double number;
  const char* end = token.data() + token.size();
  const auto [rest, error] = std::from_chars(token.data() + (token[0] == '+' ? 1 : 0), end, number);
  if (rest == end && (error == std::errc::result_out_of_range || error == std::errc())) {
    return text + " (outside the range of float32)";
  }
  if (error == std::errc() && rest != end) {
    const char next = *rest;
    const bool once = std::count(token.begin(), token.end(), next) == 1;
    if (next == ',' && once && is_number(std::string_view(rest + 1, static_cast<std::size_t>(end - rest - 1)))) {
      return text + " (a decimal comma? numbers need a point)";
    }
    if (next == ',' || next == ';' || next == '|' || next == ':' || is_blank(next)) {
      return fmt::format("{} (values separated by {}?)", text, separator_name(next));
    }
  }
  return text;
}

ParsedValues append_values(std::string_view text, char separator, bool empty_is_missing, std::vector<float>& out) {
  ParsedValues result;
  const char* p = text.data();
  const char* const end = p + text.size();
  // A tab that separates is no blank to skip.
  const auto skip = [&] {
    while (p != end && (*p == ' ' || (*p == '\t' && separator != '\t'))) ++p;
  };
  skip();
  if (p == end) return result;
  for (;;) {
    float value;
    const char* rest = parse_value(p, end, value);
    const char* const field = p;
    if (rest != nullptr) {
      p = rest;
      skip();
    }
    // Behind a value stands a separator or the end. With blanks, skip() has already passed the separator.
    const bool complete = rest != nullptr && (p == end || (separator == ' ' ? p != rest : *p == separator));
    if (!complete) [[unlikely]] {
      p = field_end(field, end, separator);
      const std::string_view token = trimmed({field, static_cast<std::size_t>(p - field)});
      if (token.empty() ? !empty_is_missing : !is_missing_text(token)) {
        result.failed = true;
        result.bad = token;
        return result;
      }
      value = std::numeric_limits<float>::quiet_NaN();
      if (separator == ' ') skip();
    }
    out.push_back(value);
    ++result.count;
    if (p == end) return result;
    if (separator != ' ') {
      ++p;
      skip();
      if (p == end) {
        result.trailing_separator = true;
        return result;
      }
    }
  }
}

}  // namespace wavetrain::series
