// Readers of series and tables on arbitrary bytes: they either return a set that is consistent, or throw an Error.
// The last byte chooses the options, so that real files serve as they are.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "wavetrain/error.hpp"
#include "wavetrain/series/missing.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::series::fuzz {

// Values in a set. Text of one byte per value takes four as float32, and padding to the longest series can take more.
constexpr Index kLimit = 1 << 20;

inline void require(bool condition) {
  if (!condition) std::abort();
}

// What holds for every set that was read.
inline void check(SeriesSet set) {
  require(set.samples() > 0 && set.time() > 0 && set.channels() > 0 && set.values.size() <= kLimit);
  require(static_cast<Index>(set.lengths.size()) == set.samples());
  for (const Index length : set.lengths) require(length > 0 && length <= set.time());
  require(!set.has_labels() || set.labels.size() == set.samples());
  for (const std::int32_t label : set.labels) require(label >= 0 && label < set.classes());
  require(!set.has_targets() || set.targets.size() == set.samples());
  require(set.has_missing == set.first_missing().has_value());
  fill_missing(set, MissingPolicy::zero);
  Normalizer::fit(Scaling::per_series, set).apply(set);
}

inline void read_set(std::istream& in, Format format, unsigned choice) {
  constexpr LabelKind kLabels[] = {LabelKind::classes, LabelKind::targets, LabelKind::none};
  const ReadOptions options{.format = choice % 2 == 0 ? format : Format::automatic,
                            .labels = kLabels[choice / 2 % 3],
                            .label_column = static_cast<Index>(choice / 6 % 4) - 2,
                            .unequal_length = choice / 24 % 2 == 1,
                            .max_values = kLimit};
  check(read_series(in, options, "fuzz"));
}

// The columns of fuzz/seeds/long_table: an id, perhaps a time and a label.
inline void read_long_table(std::istream& in, unsigned choice) {
  ReadOptions options{
      .labels = choice % 2 == 0 ? LabelKind::none : LabelKind::classes, .id_column = "id", .max_values = kLimit};
  if (choice / 2 % 2 == 1) options.time_column = "time";
  if (choice / 4 % 2 == 1) options.label_name = "label";
  if (choice / 8 % 2 == 1) options.columns = {"a"};
  if (choice / 16 % 3 != 0) options.decimal_comma = choice / 16 % 3 == 1;
  check(read_series(in, options, "fuzz"));
}

inline void read_a_table(std::istream& in, unsigned choice) {
  TableOptions options{.max_values = kLimit};
  if (choice % 3 != 0) options.header = choice % 3 == 1;
  const Table table = read_table(in, options, "fuzz");
  require(table.rows() > 0 && !table.columns.empty() && table.values.size() <= kLimit);
  require(static_cast<Index>(table.columns.size()) == table.values.shape()[1]);
  for (const TextColumn& column : table.text) {
    require(column.size() == table.rows());
    for (Index row = 0; row < column.size(); ++row) require(column[row].data() != nullptr);
  }
  const Windows windows = make_windows(table, {.window = 1 + choice % 4, .horizon = choice % 3});
  windows.inputs().to_array();
  if (windows.targets().has_value()) windows.targets().to_array();
}

// Runs read(stream, choice) on the bytes.
template <class Read>
int on_bytes(const std::uint8_t* data, std::size_t size, Read&& read) {
  if (size == 0) return 0;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  try {
    read(in, unsigned{data[size - 1]});
  } catch (const wavetrain::Error&) {
    // The reader's answer to a damaged file.
  }
  return 0;
}

}  // namespace wavetrain::series::fuzz
