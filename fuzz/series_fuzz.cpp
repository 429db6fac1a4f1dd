// clang-format off
// clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -Iinclude -Isrc fuzz/series_fuzz.cpp src/series/*.cpp src/files/{io,npy,npy_header,npy_map,zip}.cpp src/core/{array,config,log,random,shape}.cpp -lfmt -lzip -lz -o series_fuzz
// clang-format on
//
// Readers of series and tables on arbitrary bytes: they either return a set that is consistent, or throw an Error.
// The first byte chooses the format and the options, the rest is the file.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "wavetrain/error.hpp"
#include "wavetrain/series/missing.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/windows.hpp"

namespace {

using namespace wavetrain;
using namespace wavetrain::series;

constexpr Index kLimit = 1 << 20;  // values in a set

void require(bool condition) {
  if (!condition) std::abort();
}

void read_set(std::istream& in, unsigned choice) {
  constexpr Format kFormats[] = {Format::automatic, Format::ts, Format::arff, Format::ucr, Format::mts};
  constexpr LabelKind kLabels[] = {LabelKind::classes, LabelKind::targets, LabelKind::none};
  const ReadOptions options{.format = kFormats[choice % 5],
                            .labels = kLabels[choice / 5 % 3],
                            .label_column = static_cast<Index>(choice / 15 % 4) - 2,
                            .unequal_length = choice / 60 % 2 == 1,
                            .max_values = kLimit};
  SeriesSet set = read_series(in, options, "fuzz");
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

void read_a_table(std::istream& in, unsigned choice) {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  try {
    if (data[0] < 128) read_set(in, data[0]);
    else read_a_table(in, data[0] - 128u);
  } catch (const wavetrain::Error&) {
    // The reader's answer to a damaged file.
  }
  return 0;
}
