// UCR text: one case per row, a label column, no header in the archive's own files.
// Sources: the UCR archive's .tsv (2018) and comma-separated (2015) files, timeseriesclassification.com's .txt.

#include <algorithm>
#include <limits>
#include <optional>

#include "series/csv.hpp"
#include "series/readers.hpp"
#include "series/series_builder.hpp"
#include "wavetrain/series/labels.hpp"

namespace wavetrain::series {
namespace {

// A semicolon or a tab separates even where commas stand in numbers.
char separator_of(std::string_view line) {
  for (const char candidate : {';', '\t', ','}) {
    if (line.find(candidate) != std::string_view::npos) return candidate;
  }
  if (line.find(' ') == std::string_view::npos && line.find('|') != std::string_view::npos) return '|';
  return ' ';
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  line = trimmed(line);
  while (!line.empty()) {
    const auto is_end = [&](char c) { return separator == ' ' ? is_blank(c) : c == separator; };
    const auto stop = static_cast<std::size_t>(std::find_if(line.begin(), line.end(), is_end) - line.begin());
    fields.push_back(trimmed(line.substr(0, stop)));
    line = trimmed(line.substr(std::min(line.size(), stop + 1)));
  }
  return fields;
}

std::string_view unquoted(std::string_view text) {
  const bool has_quotes =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return has_quotes ? text.substr(1, text.size() - 2) : text;
}

class UcrReader {
 public:
  UcrReader(LineReader& reader, const ReadOptions& options)
      : reader_(reader), options_(options), builder_(reader, options), separator_(options.separator) {
    wanted_label_ = options.label_column;
  }

  SeriesSet read() {
    std::string_view line;
    while (reader_.next(line)) {
      line = trimmed_line(line);
      if (line.empty()) continue;
      if (separator_ == 0) separator_ = separator_of(line);
      if (builder_.samples() == 0 && !header_seen_ && is_header(line)) continue;
      row(pointed(line));
    }
    check_labels();
    check_ids();
    SeriesSet set = builder_.finish();
    set.notes.push_back(fmt::format("values are separated by {}", separator_name(separator_)));
    if (decimal_comma_.value_or(false)) set.notes.emplace_back("numbers have decimal commas");
    if (header_found_) set.notes.emplace_back("the first line names the columns");
    if (options_.labels == LabelKind::none) set.notes.emplace_back("there are no labels");
    else set.notes.push_back(fmt::format("the label stands in column {} (from 1)", label_column_ + 1));
    return set;
  }

 private:
  std::string_view pointed(std::string_view line) {
    if (!decimal_comma_)
      decimal_comma_ = options_.decimal_comma.value_or(separator_ != ',' && has_decimal_commas(line));
    return *decimal_comma_ ? with_decimal_points(line, pointed_) : line;
  }

  // Tabs at the end may be empty fields, so only blanks go when tabs separate.
  std::string_view trimmed_line(std::string_view line) const {
    if (separator_ != '\t') return trimmed(line);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    return trimmed(line).empty() ? std::string_view() : line;
  }

  // A first row of names: nothing in it is a number or missing, although there are several columns. One number among
  // names is no header but a mistake that row() reports.
  bool is_header(std::string_view line) {
    header_seen_ = true;
    const auto fields = split(line, separator_);
    const bool words =
        fields.size() > 1 && std::none_of(fields.begin(), fields.end(), [&](std::string_view field) {
          return is_number(unquoted(field)) || is_missing_text(field) || field.find_first_of("0123456789") == 0;
        });
    if (!options_.label_name.empty()) find_label(fields);
    header_found_ = words || !options_.label_name.empty();
    if (header_found_) {
      for (const std::string_view field : fields) header_.emplace_back(unquoted(field));
    }
    return header_found_;
  }

  // The position of the label that was given by name.
  void find_label(const std::vector<std::string_view>& fields) {
    std::vector<std::string> names;
    for (const std::string_view field : fields) names.emplace_back(unquoted(field));
    const auto found = std::find(names.begin(), names.end(), options_.label_name);
    if (found == names.end()) {
      reader_.fail("there is no column {} for the label. Columns: {}", in_quotes(options_.label_name),
                   in_quotes_all(names));
    }
    wanted_label_ = static_cast<Index>(found - names.begin());
  }

  void row(std::string_view line) {
    std::string_view before;
    std::string_view after = line;
    if (options_.labels != LabelKind::none) {
      const std::string_view label = cut_label(line, before, after);
      if (label.empty() || label == "?" || equal_ignoring_case(label, "nan")) {
        reader_.fail("the label in column {} is missing ({})", label_column_ + 1, in_quotes(label));
      }
      take_label(label);
    }
    ParsedValues first = append(before, 0);
    // An empty field right in front of the label.
    if (label_column_ > 0 && separator_ != ' ' && (first.trailing_separator || before.empty())) {
      builder_.values().push_back(std::numeric_limits<float>::quiet_NaN());
      ++first.count;
    }
    const ParsedValues last = append(after, first.count + (options_.labels == LabelKind::none ? 0 : 1));
    finish_row(first.count + last.count, last.trailing_separator);
  }

  // The label field; `before` and `after` get the values on its two sides.
  std::string_view cut_label(std::string_view line, std::string_view& before, std::string_view& after) {
    const char sep = separator_;
    const auto is_sep = [sep](char c) { return sep == ' ' ? is_blank(c) : c == sep; };
    const auto is_value = [&](char c) { return !is_sep(c); };
    const char* begin = line.data();
    const char* end = begin + line.size();
    Index column = wanted_label_;
    const char* start = begin;
    const char* stop = begin;
    if (column >= 0) {
      for (Index k = 0;; ++k) {
        stop = std::find_if(start, end, is_sep);
        if (k == column) break;
        if (stop == end) reader_.fail("the row has {} columns, expected the label in column {}", k + 1, column + 1);
        start = sep == ' ' ? std::find_if(stop, end, is_value) : stop + 1;
      }
    } else {
      if (end != begin && is_sep(end[-1]) && sep != ' ') --end;  // a separator behind the last field
      column = -1 - column;
      stop = end;
      for (Index k = 0;; ++k) {
        start = stop;
        while (start != begin && is_value(start[-1])) --start;
        if (k == column) break;
        if (start == begin)
          reader_.fail("the row has {} columns, expected the label in column {}", k + 1, wanted_label_);
        stop = start - 1;
        if (sep == ' ') {
          while (stop != begin && is_sep(stop[-1])) --stop;
        }
      }
    }
    label_column_ = static_cast<Index>(std::count_if(begin, start, is_sep));
    before = {begin, static_cast<std::size_t>(start == begin ? 0 : start - 1 - begin)};
    after = stop == end ? std::string_view() : std::string_view(stop + 1, static_cast<std::size_t>(end - stop - 1));
    return trimmed(unquoted(trimmed({start, static_cast<std::size_t>(stop - start)})));
  }

  void take_label(std::string_view label) {
    if (options_.labels == LabelKind::targets) {
      float target;
      if (!parse_field(label, target)) {
        reader_.fail("{} in column {}, expected a number to predict", explain_bad_value(label), label_column_ + 1);
      }
      builder_.set_target(target);
      return;
    }
    // A row that is not split at all arrives here as one long label.
    if (label.find_first_of(",;|\t ") != std::string_view::npos &&
        explain_bad_value(label).find('(') != std::string::npos) {
      reader_.fail("{} in column {}, expected a class label; columns are taken to be separated by {}",
                   explain_bad_value(label), label_column_ + 1, separator_name(separator_));
    }
    builder_.set_label(canonical_label(label));
  }

  ParsedValues append(std::string_view text, Index columns_before) {
    const ParsedValues parsed = append_values(text, separator_, separator_ != ' ', builder_.values());
    if (parsed.failed) {
      const Index column = columns_before + parsed.count;
      std::string hint;
      if (!header_.empty() && builder_.samples() == 0) {
        const bool known = !options_.label_name.empty() && column < static_cast<Index>(header_.size());
        hint = "; " + long_table_hint(known ? header_[static_cast<std::size_t>(column)] : "");
      }
      reader_.fail("{} in column {}, expected a number{}", explain_bad_value(parsed.bad), column + 1, hint);
    }
    return parsed;
  }

  // A table with names above it may be one row per time step, which needs to be told.
  static std::string long_table_hint(const std::string& id_column) {
    return fmt::format(
        "each row is taken to be a whole series. If rows are time steps, say which column names the series that a row "
        "belongs to (--id-column{}) and, for classes, the column of the label (--label-name)",
        id_column.empty() ? "" : " " + id_column);
  }

  // Numbers that name series would pass as values of them: below "id", the same one in a row after the other.
  void check_ids() {
    const Index cases = builder_.samples(), label = options_.labels == LabelKind::none ? -1 : label_column_;
    if (cases < 3 || options_.unequal_length) return;
    for (std::size_t column = 0; column < header_.size(); ++column) {
      const std::string name = lower(header_[column]);
      const bool names_ids = name == "id" || name.ends_with("_id") || name.ends_with(" id") || name == "series";
      const auto place = static_cast<Index>(column), position = place - (label >= 0 && place > label ? 1 : 0);
      if (!names_ids || place == label || position >= width_) continue;
      const float* value = builder_.values().data() + position;
      Index repeated = 0;
      for (Index i = 1; i < cases; ++i) repeated += value[i * width_] == value[(i - 1) * width_];
      if (2 * repeated <= cases) continue;
      reader_.fail_at(builder_.first_line(), fmt::format("column {} repeats from row to row, and {}",
                                                         in_quotes(header_[column]), long_table_hint(header_[column])));
    }
  }

  void finish_row(Index count, bool trailing_separator) {
    if (count == 0) {
      reader_.fail("the row has one column, expected a label and values; columns are taken to be separated by {}",
                   separator_name(separator_));
    }
    const Index expected = width_;
    if (width_ == 0) width_ = count;
    else if (count != expected && !options_.unequal_length) {
      // The last value is missing and only its separator is there.
      if (trailing_separator && count + 1 == expected) {
        builder_.values().push_back(std::numeric_limits<float>::quiet_NaN());
      } else {
        const Index label = options_.labels == LabelKind::none ? 0 : 1;
        reader_.fail("the row has {} columns, expected {} as in line {} (series of unequal length must be asked for)",
                     count + label, expected + label, builder_.first_line());
      }
    }
    builder_.end_channel();
    if (options_.unequal_length) builder_.trim_missing_end();
    builder_.end_case();
  }

  // Many different numbers with fractions are values, not classes.
  void check_labels() const {
    if (options_.labels != LabelKind::classes || builder_.samples() < 2) return;
    const auto& names = builder_.label_names();
    const bool fractions = std::any_of(names.begin(), names.end(), [](const std::string& name) {
      return is_number(name) && canonical_label(name).find_first_of(".eE") != std::string::npos;
    });
    if (fractions && 2 * static_cast<Index>(names.size()) > builder_.samples()) {
      reader_.fail_at(
          builder_.first_line(),
          fmt::format("the label column {} holds {} different values such as {} in {} cases, expected class "
                      "labels; is the label in another column (first 0, last -1), or a target to predict?",
                      options_.label_column, names.size(), in_quotes(names.front()), builder_.samples()));
    }
  }

  LineReader& reader_;
  const ReadOptions& options_;
  SeriesBuilder builder_;
  char separator_;
  bool header_seen_ = false;
  bool header_found_ = false;
  std::vector<std::string> header_;  // names of the columns, where the first line has them
  std::optional<bool> decimal_comma_;
  std::string pointed_;
  Index wanted_label_ = 0;
  Index label_column_ = 0;
  Index width_ = 0;
};

}  // namespace

SeriesSet read_ucr(LineReader& reader, const ReadOptions& options) { return UcrReader(reader, options).read(); }

}  // namespace wavetrain::series
