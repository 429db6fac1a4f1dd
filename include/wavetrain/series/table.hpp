// Tables: long series with one row per time step, read from csv, as forecasting and anomaly detection need them.
//
// Delimiters (comma, semicolon, tab, blank) and the header line are found by looking at the first two lines; fields may
// be quoted (RFC 4180, line breaks inside included). A column whose first value is no number is kept as text, so is a
// first column that is called date, time, datetime, timestamp or ds, whatever it holds (a float32 cannot hold epoch
// seconds). Empty fields and NA, N/A, NaN, null, none, ? are missing values (NaN). Time stamps are kept as text and
// never sorted or assumed to be equidistant. `notes` says what was guessed, and what looks odd: rows that seem to be
// missing, time stamps that repeat or go back, columns that were left out.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/array.hpp"

namespace wavetrain::series {

// A column of words, one per row, in one block of memory.
class TextColumn {
 public:
  explicit TextColumn(std::string column_name = {}) : name(std::move(column_name)) {}

  std::string name;

  Index size() const { return static_cast<Index>(ends_.size()); }
  // The text of row `row`; valid while the column is not changed. Throws IndexError.
  std::string_view operator[](Index row) const;
  void push_back(std::string_view text);

 private:
  std::string characters_;
  std::vector<std::size_t> ends_;
};

struct Table {
  std::vector<std::string> columns;  // names of the numeric columns
  Array values;                      // (rows, columns), float32
  std::vector<TextColumn> text;      // the other columns, in the order of the file
  Index time_column = -1;            // position in `text` of the time stamps; -1: there are none
  std::string source;                // for messages
  std::vector<std::string> notes;    // one sentence each

  Index rows() const { return values.rank() == 2 ? values.shape()[0] : 0; }
  // Position of a numeric column. Throws ValueError that lists the columns, or says that two have that name.
  Index column_index(std::string_view name) const;
  // The time stamps, or null.
  const TextColumn* time_stamps() const {
    return time_column < 0 ? nullptr : &text[static_cast<std::size_t>(time_column)];
  }
};

struct TableOptions {
  char separator = 0;                           // 0: found by looking
  std::optional<bool> header = {};              // absent: found by looking
  std::optional<std::string> time_column = {};  // absent: the first other text column; "": none
  std::optional<bool> decimal_comma = {};       // absent: found by looking, where commas do not separate columns
  std::vector<std::string> text_columns = {};   // columns to keep as text although they hold numbers
  Index max_values = Index{1} << 32;            // refuses larger files
};

// Throws FileError "file:line: what was received, what was expected": no rows, no numeric column, a row of another
// width, a word in a numeric column (decimal commas and wrong separators are recognised), a quote that is never closed,
// no text.
// Rows that are missing between time stamps at equal distances, put in with NaN; the table as it is when its time
// stamps cannot be read, are not at whole multiples of their usual distance, repeat or go back. Text columns stay empty
// in new rows.
Table with_missing_rows(const Table& table);

Table read_table(const std::filesystem::path& path, const TableOptions& options = {});
Table read_table(std::istream& in, const TableOptions& options = {}, const std::string& name = "<stream>");

}  // namespace wavetrain::series
