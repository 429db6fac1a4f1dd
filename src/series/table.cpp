#include "wavetrain/series/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "series/csv.hpp"
#include "series/readers.hpp"
#include "wavetrain/series/time_stamps.hpp"

namespace wavetrain::series {
namespace {

enum class Kind { unknown, number, text };

bool is_time_name(std::string_view name) {
  for (const char* known : {"date", "time", "datetime", "timestamp", "ds"}) {
    if (equal_ignoring_case(name, known)) return true;
  }
  return false;
}

std::vector<double> seconds_of(const TextColumn& stamps) {
  std::vector<double> seconds;
  for (Index row = 0; row < stamps.size(); ++row) {
    const std::optional<double> time = parse_time_stamp(stamps[row]);
    if (!time) return {};
    seconds.push_back(*time);
  }
  return seconds;
}

// Months are no whole multiples of a number of seconds.
bool is_monthly(double step) { return step >= 28 * 86400.0 && step <= 31 * 86400.0; }

std::string odd_steps(const TextColumn& stamps) {
  const std::vector<double> seconds = seconds_of(stamps);
  if (seconds.empty()) return "the time stamps are in no known form";
  const double step = usual_step(seconds);
  Index back = 0, equal = 0, missing = 0;
  for (std::size_t i = 1; i < seconds.size(); ++i) {
    const double distance = seconds[i] - seconds[i - 1];
    if (distance < 0) ++back;
    else if (distance == 0) ++equal;
    else if (step > 0 && distance > 1.5 * step && !is_monthly(step))
      missing += static_cast<Index>(distance / step + 0.5) - 1;
  }
  if (back + equal + missing == 0) return "";
  return fmt::format(
      "the usual step is {:g} s; rows that seem to be missing: {}, time stamps that repeat: {}, that go back: {}", step,
      missing, equal, back);
}

class TableReader {
 public:
  TableReader(LineReader& reader, const TableOptions& options) : reader_(reader), options_(options) {}

  Table read() {
    std::string_view line;
    if (next_row(line)) {
      begin(line);
      while (next_row(line)) row(pointed(line));
    }
    if (rows_ == 0) {
      reader_.fail_at(0, reader_.line() == 0 ? "the file is empty" : "the file holds no rows of values");
    }
    return finish();
  }

 private:
  // The next row that is not blank; lines are joined while a quoted field is open.
  bool next_row(std::string_view& line) {
    do {
      if (!reader_.next(line)) return false;
    } while (trimmed(line).empty());
    line_ = reader_.line();
    if (std::memchr(line.data(), '"', line.size()) == nullptr || !has_open_quote(line)) return true;
    joined_ = std::string(line);
    bool open = true;
    while (open) {
      if (!reader_.next(line)) reader_.fail_at(line_, "a quoted field begins here and is never closed");
      open = open != has_open_quote(line);
      (joined_ += '\n') += line;
    }
    line = joined_;
    return true;
  }

  std::string_view pointed(std::string_view line) {
    return decimal_comma_ ? with_decimal_points(line, pointed_) : line;
  }

  // Finds out the layout from the first two rows, then reads them.
  void begin(std::string_view line) {
    const std::string first(line);
    const Index first_line = line_;
    std::string second;
    Index second_line = 0;
    if (next_row(line)) {
      second = std::string(line);
      second_line = line_;
    }
    separator_ = options_.separator != 0 ? options_.separator : guess_separator(first, second);
    const bool may_have_commas = separator_ != ',';
    decimal_comma_ =
        options_.decimal_comma.value_or(may_have_commas && first_decimal_mark(second.empty() ? first : second) == ',');
    if (decimal_comma_ && !may_have_commas) {
      reader_.fail_at(first_line,
                      "commas cannot separate columns and be decimal commas, too; expected another separator");
    }
    std::vector<std::string> names = split_csv(trimmed_row(first), separator_);
    trailing_separator_ = names.size() > 1 && names.back().empty() && ends_in_separator(first) &&
                          (second.empty() || ends_in_separator(second));
    if (trailing_separator_) names.pop_back();
    width_ = names.size();
    first_line_ = first_line;
    const auto second_fields =
        second.empty() ? std::vector<std::string>() : split_csv(trimmed_row(pointed(second)), separator_);
    const bool header = options_.header.value_or(guess_header(names, second_fields));
    header_ = header;
    set_columns(header ? names : std::vector<std::string>(width_), header);
    if (!header) {
      line_ = first_line;
      row(pointed(first));
    }
    if (!second.empty()) {
      line_ = second_line;
      row(pointed(second));
    }
  }

  // Of `line`, or where that holds whole numbers alone, of the next rows that are in memory.
  char first_decimal_mark(std::string_view line) const {
    std::string_view rest = reader_.beginning();
    for (;;) {
      const char mark = decimal_mark(line);
      if (mark != 0 || rest.empty()) return mark;
      line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }

  std::string_view trimmed_row(std::string_view line) const {
    if (separator_ != '\t') return trimmed(line);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    return line;
  }
  bool ends_in_separator(std::string_view line) const {
    line = trimmed_row(line);
    return separator_ != ' ' && !line.empty() && line.back() == separator_;
  }

  void set_columns(std::vector<std::string> names, bool header) {
    kinds_.assign(width_, Kind::unknown);
    for (std::size_t i = 0; i < width_; ++i) {
      if (names[i].empty()) names[i] = fmt::format("column {}", i + 1);
      const auto& forced = options_.text_columns;
      const bool as_text = std::find(forced.begin(), forced.end(), names[i]) != forced.end() ||
                           options_.time_column == names[i] ||
                           (header && i == 0 && !options_.time_column && is_time_name(names[0]));
      if (as_text) kinds_[i] = Kind::text;
    }
    names_ = std::move(names);
    text_.resize(width_);
    for (std::size_t i = 0; i < width_; ++i) text_[i].name = names_[i];
  }

  // Numbers go to values_ in the order of the file, one per column that is not text. A column is `unknown` while it
  // only had missing values; should it turn out to be text, its numbers are taken out again in finish().
  void row(std::string_view line) {
    line = trimmed_row(line);
    const char* p = line.data();
    const char* const end = p + line.size();
    std::size_t column = 0;
    bool more = true;
    while (more) {
      if (column == width_) {
        if (trailing_separator_ && p == end) break;
        wrong_width(line);
      }
      field(p, end, column);
      ++column;
      more = p != end;
      if (more && separator_ != ' ') ++p;
    }
    if (column != width_) wrong_width(line);
    ++rows_;
    if (static_cast<Index>(values_.size()) > options_.max_values) {
      fail(fmt::format("more than the {} values allowed", options_.max_values));
    }
  }

  void field(const char*& p, const char* end, std::size_t column) {
    if (kinds_[column] != Kind::text) {
      // The usual case: a plain number.
      while (p != end && *p == ' ') ++p;
      float value;
      const char* rest = parse_value(p, end, value);
      if (rest != nullptr && *p != '?') {
        while (rest != end && *rest == ' ' && separator_ != ' ') ++rest;
        if (rest == end || *rest == separator_) {
          p = rest;
          if (separator_ == ' ') {
            while (p != end && is_blank(*p)) ++p;
          }
          kinds_[column] = Kind::number;
          values_.push_back(value);
          return;
        }
      }
    }
    unusual_field(p, end, column);
  }

  // Text, quoted fields, missing values, mistakes.
  void unusual_field(const char*& p, const char* end, std::size_t column) {
    const char* const start = p;
    std::string_view text = take_csv_field(p, end, separator_, storage_);
    if (p != end && separator_ != ' ' && *p != separator_) {
      p = std::find(p, end, separator_);
      text = trimmed({start, static_cast<std::size_t>(p - start)});
    }
    Kind& kind = kinds_[column];
    float value = std::numeric_limits<float>::quiet_NaN();
    const bool missing = is_missing_text(text);
    if (kind != Kind::text && !missing) {
      if (parse_field(text, value)) {
        kind = Kind::number;
      } else if (kind == Kind::number || explain_bad_value(text).find('(') != std::string::npos) {
        fail(fmt::format("{} in column {} ({}), expected a number", explain_bad_value(text), column + 1,
                         in_quotes(names_[column])));
      } else {
        kind = Kind::text;
        // Missing values above become empty texts.
        for (Index i = 0; i < rows_; ++i) text_[column].push_back("");
        remove_numbers_above(column);
      }
    }
    if (kind == Kind::text) text_[column].push_back(text);
    else values_.push_back(value);
  }

  // Takes the numbers (all missing) of a column that turns out to be text out of the rows read so far.
  void remove_numbers_above(std::size_t column) {
    if (rows_ == 0) return;
    std::size_t before = 0;
    std::size_t numbers = 0;
    for (std::size_t i = 0; i < width_; ++i) {
      const bool was_number = kinds_[i] != Kind::text || i == column;
      if (i < column && was_number) ++before;
      if (was_number) ++numbers;
    }
    std::size_t out = 0;
    const std::size_t complete = static_cast<std::size_t>(rows_) * numbers;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (i < complete && i % numbers == before) continue;
      values_[out++] = values_[i];
    }
    values_.resize(out);
  }

  [[noreturn]] void wrong_width(std::string_view line) const {
    const std::size_t received = split_csv(line, separator_).size();
    fail(fmt::format("the row has {} columns, expected {} as in line {}; columns are taken to be separated by {}",
                     received, width_, first_line_, separator_name(separator_)));
  }

  [[noreturn]] void fail(const std::string& message) const { reader_.fail_at(line_, message); }

  Table finish() {
    Table table;
    table.source = reader_.name();
    for (std::size_t i = 0; i < width_; ++i) {
      if (kinds_[i] == Kind::text) table.text.push_back(std::move(text_[i]));
      else table.columns.push_back(names_[i]);
    }
    if (table.columns.empty()) {
      reader_.fail_at(first_line_, fmt::format("no column holds numbers: {}; columns are taken to be separated by {}",
                                               in_quotes_all(names_), separator_name(separator_)));
    }
    if (options_.time_column && !options_.time_column->empty()) {
      for (std::size_t i = 0; i < table.text.size(); ++i) {
        if (table.text[i].name == *options_.time_column) table.time_column = static_cast<Index>(i);
      }
      if (table.time_column < 0) {
        throw ValueError(fmt::format("{}: there is no column {}. Columns: {}", table.source,
                                     in_quotes(*options_.time_column), in_quotes_all(names_)));
      }
    } else if (!options_.time_column) {
      // The first text that nobody asked for as something else.
      const auto stamps = std::find_if(table.text.begin(), table.text.end(), [&](const TextColumn& column) {
        const auto& asked_for = options_.text_columns;
        return std::find(asked_for.begin(), asked_for.end(), column.name) == asked_for.end();
      });
      if (stamps != table.text.end()) table.time_column = static_cast<Index>(stamps - table.text.begin());
    }
    table.notes = notes(table);
    table.values = Array(Shape{rows_, static_cast<Index>(table.columns.size())}, std::span<const float>(values_));
    return table;
  }

  std::vector<std::string> notes(const Table& table) const {
    std::vector<std::string> notes;
    if (width_ > 1) notes.push_back(fmt::format("columns are separated by {}", separator_name(separator_)));
    if (decimal_comma_) notes.emplace_back("numbers have decimal commas");
    notes.emplace_back(header_ ? "the first line names the columns" : "there is no line of names");
    notes.push_back(fmt::format("numbers: {}", in_quotes_all(table.columns)));
    std::vector<std::string> left_out;
    for (std::size_t i = 0; i < table.text.size(); ++i) {
      if (static_cast<Index>(i) != table.time_column) left_out.push_back(table.text[i].name);
    }
    if (!left_out.empty()) notes.push_back(fmt::format("text, left out: {}", in_quotes_all(left_out)));
    const TextColumn* stamps = table.time_stamps();
    if (stamps == nullptr) {
      notes.emplace_back("there are no time stamps");
      return notes;
    }
    notes.push_back(fmt::format("time stamps: {}", in_quotes(stamps->name)));
    if (std::string odd = odd_steps(*stamps); !odd.empty()) notes.push_back(std::move(odd));
    return notes;
  }

  LineReader& reader_;
  const TableOptions& options_;
  char separator_ = ',';
  bool trailing_separator_ = false;
  bool decimal_comma_ = false;
  bool header_ = false;
  std::string pointed_;
  std::size_t width_ = 0;
  Index rows_ = 0;
  Index line_ = 0;
  Index first_line_ = 0;
  std::string joined_;
  std::string storage_;
  std::vector<std::string> names_;
  std::vector<Kind> kinds_;
  std::vector<TextColumn> text_;
  std::vector<float> values_;
};

}  // namespace

Table with_missing_rows(const Table& table) {
  const TextColumn* stamps = table.time_stamps();
  if (stamps == nullptr) return table;
  const std::vector<double> seconds = seconds_of(*stamps);
  const double step = usual_step(seconds);
  if (!(step > 0) || is_monthly(step)) return table;
  std::vector<Index> rows{0};  // where each row goes
  for (std::size_t i = 1; i < seconds.size(); ++i) {
    const double count = (seconds[i] - seconds[i - 1]) / step;
    if (count < 0.5 || std::abs(count - std::round(count)) > 1e-6) return table;
    rows.push_back(rows.back() + static_cast<Index>(std::round(count)));
  }
  if (rows.back() + 1 == table.rows()) return table;
  Table result = table;
  const Index width = table.values.shape()[1];
  result.values = Array(Shape{rows.back() + 1, width}, std::numeric_limits<float>::quiet_NaN());
  result.text.clear();
  for (const TextColumn& column : table.text) result.text.emplace_back(column.name);
  Index next = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto from = static_cast<Index>(i);
    for (; next < rows[i]; ++next) {
      const double time = seconds[i] - static_cast<double>(rows[i] - next) * step;
      for (std::size_t k = 0; k < result.text.size(); ++k) {
        result.text[k].push_back(static_cast<Index>(k) == table.time_column ? format_time_stamp(time) : "");
      }
    }
    std::copy_n(table.values.data() + from * width, width, result.values.data() + next * width);
    for (std::size_t k = 0; k < result.text.size(); ++k) result.text[k].push_back(table.text[k][from]);
    ++next;
  }
  result.notes.push_back(fmt::format("{} missing rows were put in", result.rows() - table.rows()));
  return result;
}

std::string_view TextColumn::operator[](Index row) const {
  if (row < 0 || row >= size()) throw IndexError(fmt::format("Row {} does not exist in {} rows.", row, size()));
  const auto i = static_cast<std::size_t>(row);
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return std::string_view(characters_).substr(begin, ends_[i] - begin);
}

void TextColumn::push_back(std::string_view text) {
  characters_ += text;
  ends_.push_back(characters_.size());
}

Index Table::column_index(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  if (found == columns.end()) {
    throw ValueError(
        fmt::format("{}: there is no numeric column {}. Columns: {}", source, in_quotes(name), in_quotes_all(columns)));
  }
  if (std::find(found + 1, columns.end(), name) != columns.end()) {
    throw ValueError(fmt::format("{}: two columns are called {}", source, in_quotes(name)));
  }
  return found - columns.begin();
}

Table read_table(LineReader& reader, const TableOptions& options) { return TableReader(reader, options).read(); }

Table read_table(std::istream& in, const TableOptions& options, const std::string& name) {
  LineReader reader(in, name);
  return read_table(reader, options);
}

Table read_table(const std::filesystem::path& path, const TableOptions& options) {
  std::ifstream in = open_text(path);
  return read_table(in, options, path.string());
}

}  // namespace wavetrain::series
