// Weka's .arff as time series archives use it.
//
// Univariate: one numeric attribute per time step, the class (nominal) last; rows of values. Multivariate: a relational
// attribute that holds the numeric ones, and the class; a row is one quoted string in which the two characters `\n`
// separate the channels, then the class. '?' is a missing value. Keywords in any case, names quoted or not.
// Source: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/ and the archive's files.

#include <algorithm>

#include "series/readers.hpp"
#include "series/series_builder.hpp"
#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {
namespace {

bool is_quote(char c) { return c == '\'' || c == '"'; }

// The end of the quoted text that begins at `begin` (the position of its closing quote), or npos.
std::size_t closing_quote(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin + 1; i < text.size(); ++i) {
    if (text[i] == '\\') ++i;
    else if (text[i] == text[begin]) return i;
  }
  return std::string_view::npos;
}

// A word, or text in quotes, from the front of `text`.
std::string_view take_name(std::string_view& text) {
  text = trimmed(text);
  std::string_view name;
  if (!text.empty() && is_quote(text[0])) {
    const std::size_t close = closing_quote(text, 0);
    name = text.substr(1, close == std::string_view::npos ? close : close - 1);
    text = close == std::string_view::npos ? std::string_view() : text.substr(close + 1);
  } else {
    const std::size_t stop = std::min(text.find_first_of(" \t{"), text.size());
    name = text.substr(0, stop);
    text = text.substr(stop);
  }
  text = trimmed(text);
  return name;
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  const bool has_quotes = text.size() >= 2 && is_quote(text.front()) && text.back() == text.front();
  return has_quotes ? text.substr(1, text.size() - 2) : text;
}

class ArffReader {
 public:
  ArffReader(LineReader& reader, const ReadOptions& options)
      : reader_(reader), options_(options), builder_(reader, options) {}

  SeriesSet read() {
    std::string_view line;
    bool in_data = false;
    bool content = false;
    while (reader_.next(line)) {
      line = trimmed(line);
      if (line.empty()) continue;
      content = true;
      if (line[0] == '%') continue;
      if (in_data) row(line);
      else in_data = header_line(line);
    }
    if (content && !in_data) reader_.fail_at(0, "the header ends without an '@data' line");
    return builder_.finish(classes_);
  }

 private:
  // True for @data.
  bool header_line(std::string_view line) {
    const std::string_view keyword = take_name(line);
    const auto is = [&](const char* name) { return equal_ignoring_case(keyword, name); };
    if (is("@relation")) return false;
    if (is("@end")) {
      in_relation_ = false;
      return false;
    }
    if (is("@data")) {
      check_header();
      return true;
    }
    if (!is("@attribute")) reader_.fail("{}, expected @relation, @attribute, @end or @data", in_quotes(keyword));
    attribute(line);
    return false;
  }

  void attribute(std::string_view rest) {
    const std::string name(take_name(rest));
    if (!rest.empty() && rest[0] == '{') {
      if (has_class_) reader_.fail("attribute {} is a second class, expected one nominal attribute", in_quotes(name));
      nominal(rest);
      return;
    }
    if (has_class_) reader_.fail("attribute {} stands behind the class, expected the class last", in_quotes(name));
    const std::string type = lower(take_name(rest));
    if (type == "relational") {
      if (relational_) reader_.fail("a second relational attribute {}, expected one", in_quotes(name));
      relational_ = in_relation_ = true;
    } else if (type == "numeric" || type == "real" || type == "integer") {
      last_is_target_ = relational_ && !in_relation_;
      ++attributes_;
    } else {
      reader_.fail("attribute {} is of type {}, expected numeric, relational or classes in braces", in_quotes(name),
                   in_quotes(type));
    }
  }

  void nominal(std::string_view braces) {
    if (braces.back() != '}') reader_.fail("{}, expected classes in braces", in_quotes(braces));
    braces = braces.substr(1, braces.size() - 2);
    while (!trimmed(braces).empty()) {
      braces = trimmed(braces);
      const std::size_t from = is_quote(braces[0]) ? std::min(closing_quote(braces, 0), braces.size()) : 0;
      const std::size_t comma = std::min(braces.find(',', from), braces.size());
      classes_.emplace_back(unquoted(braces.substr(0, comma)));
      braces = braces.substr(std::min(comma + 1, braces.size()));
    }
    has_class_ = true;
  }

  void check_header() {
    // Without classes, the last number of a row may be the target.
    if (!has_class_ && options_.labels == LabelKind::classes) {
      reader_.fail_at(0,
                      "the label is missing: no attribute lists classes in braces; for regression or without labels, "
                      "say so when reading");
    }
    if (!has_class_ && options_.labels == LabelKind::targets) --attributes_;
    else if (last_is_target_) reader_.fail("a numeric attribute stands behind the relational one, expected the class");
    if (attributes_ < 1) reader_.fail("the header declares no numeric attribute, expected one per time step");
  }

  void row(std::string_view line) {
    if (line[0] == '{') reader_.fail("a sparse row in braces, expected values separated by commas");
    std::string_view label;
    channel_ = 0;
    if (relational_) {
      label = relational_row(line);
    } else {
      if (has_label()) label = cut_label(line);
      channel(line);
    }
    if (has_label()) take_label(label);
    if (options_.unequal_length) builder_.trim_missing_end();
    builder_.end_case();
  }

  bool has_label() const { return has_class_ || options_.labels == LabelKind::targets; }

  // The last field of a row, which may be quoted; the row keeps what is before.
  std::string_view cut_label(std::string_view& line) const {
    std::size_t comma = line.rfind(',');
    if (is_quote(line.back())) {
      const std::size_t open = line.size() < 2 ? 0 : line.rfind(line.back(), line.size() - 2);
      if (open != std::string_view::npos) comma = line.rfind(',', open);
    }
    if (comma == std::string_view::npos)
      reader_.fail("{}, expected values and a label separated by commas", in_quotes(line));
    const std::string_view label = unquoted(line.substr(comma + 1));
    line = line.substr(0, comma);
    return label;
  }

  std::string_view relational_row(std::string_view line) {
    const std::size_t close = is_quote(line[0]) ? closing_quote(line, 0) : std::string_view::npos;
    if (close == std::string_view::npos) {
      reader_.fail("{}, expected the channels in one pair of quotes, then the class", in_quotes(line));
    }
    std::string_view channels = line.substr(1, close - 1);
    for (;;) {
      const std::size_t separator = channels.find("\\n");
      channel(channels.substr(0, separator));
      if (separator == std::string_view::npos) break;
      channels = channels.substr(separator + 2);
      if (trimmed(channels).empty()) break;  // some writers end every channel with \n
    }
    const std::string_view rest = trimmed(line.substr(close + 1));
    if (!rest.empty() && rest[0] != ',')
      reader_.fail("{} behind the series, expected ',' and a label", in_quotes(rest));
    return rest.empty() ? rest : unquoted(rest.substr(1));
  }

  void channel(std::string_view text) {
    ++channel_;
    const ParsedValues parsed = append_values(text, ',', false, builder_.values());
    if (parsed.failed || parsed.trailing_separator) {
      reader_.fail("{} as value {} of channel {}, expected a number or '?'", explain_bad_value(parsed.bad),
                   parsed.count + 1, channel_);
    }
    if (parsed.count != attributes_) {
      reader_.fail("channel {} has {} values, expected {} as the header declares attributes", channel_, parsed.count,
                   attributes_);
    }
    builder_.end_channel();
  }

  void take_label(std::string_view label) {
    if (label.empty() || label == "?") reader_.fail("the label is missing ({})", in_quotes(label));
    if (!has_class_ || options_.labels == LabelKind::targets) {
      float target;
      if (!parse_field(label, target)) reader_.fail("target {}, expected a number", explain_bad_value(label));
      builder_.set_target(target);
      return;
    }
    if (options_.labels == LabelKind::none) return;
    if (find_class(label, classes_) < 0) {
      reader_.fail("class label {}, expected one that the header declares: {}", in_quotes(label),
                   in_quotes_all(classes_));
    }
    builder_.set_label(label);
  }

  LineReader& reader_;
  const ReadOptions& options_;
  SeriesBuilder builder_;
  std::vector<std::string> classes_;
  Index attributes_ = 0;  // numeric ones: time steps
  Index channel_ = 0;     // of the row being read, from 1
  bool has_class_ = false;
  bool relational_ = false;
  bool in_relation_ = false;
  bool last_is_target_ = false;
};

}  // namespace

SeriesSet read_arff(LineReader& reader, const ReadOptions& options) { return ArffReader(reader, options).read(); }

}  // namespace wavetrain::series
