// Writing sets of series and tables, so that the readers give the same back: values to the bit, labels, lengths, time
// stamps and missing values.
//
// .ts         any set (aeon, sktime): time stamps and unequal lengths, too
// .csv, .tsv  the UCR archive's text: one channel, the label in front, NaN behind shorter series
// .npz        arrays x (samples, time, channels), NaN behind shorter series, and y: numbers, or labels that are
//             whole numbers
// Shorter series come back from .csv, .tsv and .npz with ReadOptions::unequal_length, else their padding is missing.
// A table goes to .csv: time stamps first, then the other text, then numbers; missing values are empty.
#pragma once

#include <filesystem>

#include "wavetrain/series/series_set.hpp"
#include "wavetrain/series/table.hpp"

namespace wavetrain::series {

// By the ending of `path`; the file appears whole or not at all. Throws ValueError for another ending and for what a
// format cannot say (several channels in text of the UCR archive; class names with blanks, commas or colons; a missing
// value at the end of a shorter series where NaN is padding), FileError when nothing can be written.
void write_series(const std::filesystem::path& path, const SeriesSet& set);
void write_table(const std::filesystem::path& path, const Table& table);

}  // namespace wavetrain::series
