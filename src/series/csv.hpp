// Splitting csv lines, and guessing how a csv file is laid out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "series/text.hpp"

namespace wavetrain::series {

// One field at `p`; afterwards `p` stands on the separator behind it or at the end. Quoted text comes without its
// quotes; doubled quotes inside are resolved into `storage`, which has to outlive the result. Blanks around a field go.
std::string_view take_csv_field(const char*& p, const char* end, char separator, std::string& storage);

// All fields of a row. A separator at the end makes an empty last field.
std::vector<std::string> split_csv(std::string_view line, char separator);

// Whether a quoted field goes on behind this line.
bool has_open_quote(std::string_view line);

// What stands in the numbers of `line`: '.', ',' or 0, when all are whole. Points in dates and seconds do not count; a
// point anywhere else says that commas are something else.
char decimal_mark(std::string_view line);
// Whether numbers in `line` have a comma where others have a point: a comma between digits, and no point between
// digits.
bool has_decimal_commas(std::string_view line);
// `line` with points for commas between digits, in `storage`.
std::string_view with_decimal_points(std::string_view line, std::string& storage);

// The separator (',', ';', tab, blank) that stands in both lines equally often outside quotes; one that stands in the
// first line, failing that; ',' when there is none. `second` may be empty.
char guess_separator(std::string_view first, std::string_view second);

// Whether the first row names columns: it holds only words; or a word stands where the second row has none; or it
// counts 0, 1, 2 … (what pandas writes for columns without names). `second` may be empty.
bool guess_header(const std::vector<std::string>& first, const std::vector<std::string>& second);

}  // namespace wavetrain::series
