// Reading sets of labelled series from files.
//
//   .ts             aeon, sktime, tsml: univariate, multivariate, unequal length, time stamps, regression
//   .tsv .txt .csv  UCR text: one case per row, label in a column, values separated by tab, comma, semicolon or blanks;
//                   files without an extension are taken as such when their content does not say otherwise
//   .arff           Weka, univariate or relational (multivariate)
//   .mts            one row per time step: sample, step, class, values
//   .tsf            Monash forecasting archive: name, start, values; one series each, of any length
//   long            a table (series/table.hpp) with one row per time step and a column that says which series it
//   belongs to .npy .npz       arrays (samples, time) or (samples, time, channels); see ReadOptions::x_name
//
// Text is read as a stream, line by line; numbers do not depend on the locale and are rounded as Python's float() and
// then numpy's astype(float32) round them. A byte order mark, CRLF, blank lines, blanks at line ends and a missing last
// line end are fine. What a header claims is checked against the data.
//
// Throws FileError "file:line: what was received, what was expected" for everything wrong with a file, ValueError for
// options that cannot work, and ValueError for a class that ReadOptions::class_names does not hold.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "wavetrain/series/series_set.hpp"

namespace wavetrain::series {

enum class Format { automatic, ts, ucr, mts, arff, npy, npz, tsf, long_table };

// What stands in the label column.
enum class LabelKind {
  classes,  // words or integers, one per class
  targets,  // numbers to be predicted (regression)
  none,     // there is no label column
};

struct ReadOptions {
  Format format = Format::automatic;  // automatic: by extension, then by content
  // For formats that do not say it themselves; a .ts file does, with @classLabel and @targetLabel.
  LabelKind labels = LabelKind::classes;
  // UCR text: which column the label stands in; negative positions count from the end (-1: the last).
  Index label_column = 0;
  // The same by name, for files with a header; wins over the position.
  std::string label_name = {};
  // UCR text and long tables: numbers such as 1,5. Absent: found by looking, where commas do not separate columns.
  std::optional<bool> decimal_comma = {};
  // Long tables: the column that names the series (given: the format is long_table), and the values; empty: all
  // numbers.
  std::string id_column = {};
  std::string time_column = {};
  std::vector<std::string> columns = {};
  // UCR text: ',', ';', '\t', ' ' (any run of blanks) or another character; 0 finds it in the first row.
  char separator = 0;
  // UCR text and .arff: rows may differ in length, and missing values at the end of a row end the series.
  bool unequal_length = false;
  // Classes known from training; empty: taken from the file.
  std::vector<std::string> class_names = {};
  // .npy and .npz: values come as (samples, channels, time).
  bool channels_first = false;
  // .npz: the array of values and that of labels; empty: the only candidates among x, X, x_train, data … are taken.
  std::string x_name = {};
  std::string y_name = {};
  // Refuses a file that would need more values than this, padding included (default: 16 GiB of float32).
  Index max_values = Index{1} << 32;
};

SeriesSet read_series(const std::filesystem::path& path, const ReadOptions& options = {});

// From a stream; `name` stands for the file in messages. Format::automatic goes by content; npy and npz need a file.
SeriesSet read_series(std::istream& in, const ReadOptions& options = {}, const std::string& name = "<stream>");

// A training and a test file: the test set gets the classes of the training set (ValueError for an unseen one), and
// both get the same number of channels (ValueError otherwise) and, by padding, of time steps.
struct SplitSet {
  SeriesSet train;
  SeriesSet test;
};
SplitSet read_split(const std::filesystem::path& train, const std::filesystem::path& test,
                    const ReadOptions& options = {});

}  // namespace wavetrain::series
