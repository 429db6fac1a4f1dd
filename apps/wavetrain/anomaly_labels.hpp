// Where the anomalies of a table are, by those who know.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/series/nab_score.hpp"
#include "wavetrain/series/table.hpp"

namespace wavetrain::app {

// One flag per row: whether the column is above 0.5. Throws ValueError for a column that there is not.
std::vector<char> labels_of_column(const series::Table& table, const std::string& name);

// The Numenta benchmark's combined_windows.json: path of a series to a list of [first, last] time stamps. Throws
// FileError for a file that is something else.
Config::Dict read_label_windows(const std::string& path);
// Rows of the windows of such a list, in order; a time stamp stands for the first row that has it. Throws ValueError
// for tables without time stamps and for stamps that no row has.
std::vector<series::LabelWindow> windows_in(const series::Table& table, const Config& list);

// One flag per row, from the entry `key`, or if that is empty from the entry that ends the path of the table. Throws
// ValueError when there is none.
std::vector<char> labels_of_windows(const series::Table& table, const std::string& path, const std::string& key);

}  // namespace wavetrain::app
