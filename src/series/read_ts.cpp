// The .ts format of aeon, sktime and tsml.
//
//   file      := { comment | blank | header } "@data" { case | blank }      comments begin with '#' or '%'
//   case      := channel { ":" channel } [ ":" label ]                      label iff @classLabel or @targetLabel is
//   true channel   := value { "," value } | tuple { "," tuple } tuple     := "(" time-stamp "," value ")" the time
//   stamp may hold ':' and ','
//
// Source: sktime docs/source/api_reference/file_specifications/ts.rst, and the archive's files, which vary: keys in any
// order and case, many left out, `@dimension` as well as `@dimensions`, booleans as `True`.

#include <algorithm>
#include <optional>

#include "series/readers.hpp"
#include "series/series_builder.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {
namespace {

// What the header claims; absent where it is silent.
struct Header {
  std::optional<bool> time_stamps;
  std::optional<bool> univariate;
  std::optional<bool> equal_length;
  std::optional<bool> class_label;
  std::optional<bool> target_label;
  std::optional<Index> dimensions;
  std::optional<Index> series_length;
  std::vector<std::string> class_names;
};

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const auto stop = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, stop);
  text = trimmed(text.substr(stop));
  return word;
}

class TsReader {
 public:
  TsReader(LineReader& reader, const ReadOptions& options) : reader_(reader), builder_(reader, options) {}

  SeriesSet read() {
    std::string_view line;
    bool in_data = false;
    bool content = false;  // an empty file is reported by finish()
    while (reader_.next(line)) {
      line = trimmed(line);
      if (line.empty()) continue;
      content = true;
      if (line[0] == '#' || line[0] == '%') continue;
      if (in_data) data_line(line);
      else if (line[0] == '@') in_data = header_line(line.substr(1));
      else reader_.fail("{}, expected a header line that begins with '@' or a comment with '#'", in_quotes(line));
    }
    if (content && !in_data) reader_.fail_at(0, "the header ends without an '@data' line");
    check_claims();
    return builder_.finish(header_.class_names);
  }

 private:
  // True for @data.
  bool header_line(std::string_view rest) {
    const std::string_view key = take_word(rest);
    const auto is = [&](const char* name) { return equal_ignoring_case(key, name); };
    if (is("data")) return true;
    if (is("problemname") || is("missing")) return false;  // a name; a claim that '?' overrules either way
    if (is("timestamps")) header_.time_stamps = boolean(key, rest);
    else if (is("univariate")) header_.univariate = boolean(key, rest);
    else if (is("equallength")) header_.equal_length = boolean(key, rest);
    else if (is("targetlabel")) header_.target_label = boolean(key, rest);
    else if (is("dimension") || is("dimensions")) header_.dimensions = count(key, rest);
    else if (is("serieslength")) header_.series_length = count(key, rest);
    else if (is("classlabel")) {
      header_.class_label = boolean(key, take_word(rest));
      header_.class_names.clear();
      while (!rest.empty()) header_.class_names.emplace_back(take_word(rest));
    } else {
      log(LogLevel::warning,
          fmt::format("{}:{}: unknown header key {} is ignored", reader_.name(), reader_.line(), in_quotes(key)));
    }
    if (header_.class_label.value_or(false) && header_.target_label.value_or(false)) {
      reader_.fail("both @classLabel and @targetLabel are true, expected at most one");
    }
    return false;
  }

  bool boolean(std::string_view key, std::string_view text) const {
    if (equal_ignoring_case(text, "true")) return true;
    if (!equal_ignoring_case(text, "false")) reader_.fail("@{} {}, expected true or false", key, in_quotes(text));
    return false;
  }

  Index count(std::string_view key, std::string_view text) const {
    Index value = 0;
    if (!parse_integer(text, value) || value < 1)
      reader_.fail("@{} {}, expected a positive integer", key, in_quotes(text));
    return value;
  }

  bool labelled() const { return header_.class_label.value_or(false) || header_.target_label.value_or(false); }

  void data_line(std::string_view line) {
    const bool stamped = line.starts_with('(');
    if (builder_.samples() == 0) stamped_ = stamped;
    if (header_.time_stamps.value_or(stamped_) != stamped) {
      reader_.fail("{}", stamped ? "a time stamp in parentheses, expected plain values (@timeStamps is not true)"
                                 : "plain values, expected (time stamp,value) tuples (@timeStamps is true)");
    }
    if (stamped) stamped_case(line);
    else plain_case(line);
    verify_case();
  }

  void plain_case(std::string_view line) {
    if (labelled()) {
      const std::size_t colon = line.rfind(':');
      const std::string_view label = colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1));
      take_label(label);
      line = line.substr(0, colon);
    } else if (line.back() == ':') {
      line.remove_suffix(1);  // aeon's writer ends every channel with a colon
    }
    for (Index channel = 1;; ++channel) {
      const std::size_t colon = line.find(':');
      const ParsedValues parsed = append_values(line.substr(0, colon), ',', false, builder_.values());
      if (parsed.failed || parsed.trailing_separator) {
        reader_.fail("{} as value {} of channel {}, expected a number or '?'", explain_bad_value(parsed.bad),
                     parsed.count + 1, channel);
      }
      builder_.end_channel();
      if (colon == std::string_view::npos) break;
      line = line.substr(colon + 1);
    }
  }

  void take_label(std::string_view label) {
    if (label.empty() || label.find(',') != std::string_view::npos) {
      reader_.fail("the label is missing, expected ':' and a {} behind the last value",
                   header_.target_label.value_or(false) ? "number" : "class label");
    }
    if (header_.target_label.value_or(false)) {
      float target;
      if (!parse_field(label, target)) reader_.fail("target {}, expected a number", explain_bad_value(label));
      builder_.set_target(target);
      return;
    }
    if (!header_.class_names.empty() && !known_class(label)) {
      reader_.fail("class label {}, expected one that the header declares: {}", in_quotes(label),
                   in_quotes_all(header_.class_names));
    }
    builder_.set_label(label);
  }

  // Cases of one class often follow each other.
  bool known_class(std::string_view label) {
    if (label == last_label_) return true;
    if (find_class(label, header_.class_names) < 0) return false;
    last_label_ = std::string(label);
    return true;
  }

  void stamped_case(std::string_view line) {
    std::vector<std::string> first_stamps;
    std::size_t at = 0;
    for (Index channel = 0;; ++channel) {
      at = stamped_channel(line, at, channel, first_stamps);
      builder_.end_channel();
      const std::string_view rest = at < line.size() ? trimmed(line.substr(at + 1)) : std::string_view();
      if (!rest.empty() && rest[0] == '(') {
        at = line.find('(', at);
        continue;
      }
      if (labelled()) take_label(rest);
      else if (!rest.empty())
        reader_.fail("{} behind the last channel, expected a time stamp in parentheses", in_quotes(rest));
      break;
    }
    builder_.set_time_stamps(std::move(first_stamps));
  }

  // Reads tuples from `at`; returns the position of the ':' behind the channel or the end of the line.
  std::size_t stamped_channel(std::string_view line, std::size_t at, Index channel, std::vector<std::string>& stamps) {
    for (std::size_t step = 0;; ++step) {
      const std::size_t close = line.find(')', at);
      if (line[at] != '(' || close == std::string_view::npos) {
        reader_.fail("{} as value {} of channel {}, expected (time stamp,value)", in_quotes(line.substr(at, close)),
                     step + 1, channel + 1);
      }
      const std::string_view tuple = line.substr(at + 1, close - at - 1);
      const std::size_t comma = tuple.rfind(',');
      const std::string_view text = comma == std::string_view::npos ? "" : tuple.substr(comma + 1);
      float value;
      if (!parse_field(text, value)) {
        reader_.fail("{} as value {} of channel {}, expected a number or '?'", explain_bad_value(text), step + 1,
                     channel + 1);
      }
      builder_.values().push_back(value);
      const std::string_view stamp = trimmed(tuple.substr(0, comma));
      if (channel == 0) stamps.emplace_back(stamp);
      else if (step < stamps.size() && stamp != stamps[step]) {
        reader_.fail("time stamp {} of channel {} differs from {} of channel 1; channels must share their times",
                     in_quotes(stamp), channel + 1, in_quotes(stamps[step]));
      }
      at = line.find_first_not_of(" \t", close + 1);
      if (at == std::string_view::npos || line[at] == ':') return std::min(at, line.size());
      if (line[at] != ',') reader_.fail("{} behind a tuple, expected ',' or ':'", in_quotes(line.substr(at)));
      at = std::min(line.find_first_not_of(" \t", at + 1), line.size() - 1);
    }
  }

  // Compares the case that was read with what the header says.
  void verify_case() {
    builder_.end_case();
    if (builder_.samples() == 1) {
      const char* hint = labelled() || header_.class_label || header_.target_label
                             ? ""
                             : "; the header has no @classLabel line, so that the last field counts as a channel";
      const Index channels = builder_.channels();
      if (header_.univariate.value_or(false) && channels > 1) {
        reader_.fail("the case has {} channels, expected 1 (@univariate true){}", channels, hint);
      }
      if (header_.dimensions && *header_.dimensions != channels) {
        reader_.fail("the case has {} channels, expected {} (@dimensions){}", channels, *header_.dimensions, hint);
      }
    }
    if (header_.equal_length.value_or(false) && builder_.last_length() != builder_.first_length()) {
      reader_.fail("the series has {} values, expected {} as in line {} (@equalLength true)", builder_.last_length(),
                   builder_.first_length(), builder_.first_line());
    }
    if (header_.series_length && header_.equal_length.value_or(true) &&
        builder_.last_length() != *header_.series_length) {
      reader_.fail("the series has {} values, expected {} (@seriesLength)", builder_.last_length(),
                   *header_.series_length);
    }
  }

  void check_claims() const {
    if (builder_.samples() > 0 && header_.univariate && !*header_.univariate && builder_.channels() == 1 &&
        !header_.dimensions) {
      log(LogLevel::info, fmt::format("{}: @univariate is false, but there is one channel", reader_.name()));
    }
  }

  LineReader& reader_;
  SeriesBuilder builder_;
  Header header_;
  bool stamped_ = false;
  std::string last_label_;
};

}  // namespace

SeriesSet read_ts(LineReader& reader, const ReadOptions& options) { return TsReader(reader, options).read(); }

}  // namespace wavetrain::series
