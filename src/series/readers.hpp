// One function per format; those for text read a whole stream. See wavetrain/series/read.hpp for the formats.
#pragma once

#include "series/text.hpp"
#include "wavetrain/series/read.hpp"
#include "wavetrain/series/table.hpp"

namespace wavetrain::series {

SeriesSet read_ts(LineReader& reader, const ReadOptions& options);
SeriesSet read_arff(LineReader& reader, const ReadOptions& options);
SeriesSet read_ucr(LineReader& reader, const ReadOptions& options);
SeriesSet read_mts(LineReader& reader, const ReadOptions& options);
SeriesSet read_tsf(LineReader& reader, const ReadOptions& options);
SeriesSet read_long(LineReader& reader, const ReadOptions& options);

// A table from lines, for read_long.
Table read_table(LineReader& reader, const TableOptions& options);

// From numpy's files, without labels and with them.
SeriesSet read_npy(const std::filesystem::path& path, const ReadOptions& options);
SeriesSet read_npz(const std::filesystem::path& path, const ReadOptions& options);

}  // namespace wavetrain::series
