// Time stamps as text, and what a calendar says about them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/array.hpp"

namespace wavetrain::series {

// Seconds since 1970-01-01, with no time zone. Understood are 2020-12-31, 2020/12/31, 2020-12, 31.12.2020 (day first),
// 12/31/2020 (month first), each with an optional " 23:59", "T23:59:59", ":59.5", "Z" behind; 2020-12-31 23-59-59
// (.tsf); and whole numbers as seconds (10 digits or more). None for other text, and for days that do not exist.
std::optional<double> parse_time_stamp(std::string_view text);

// "2020-12-31 23:59:59", without the time when it is midnight.
std::string format_time_stamp(double seconds);

// Positions on a circle: hour (of the day, with minutes), weekday, monthday, month, yearday. Throws ValueError for
// another name.
double calendar_phase(std::string_view feature, double seconds);  // 0 .. 1

// The usual distance between neighbours (the median); 0 for fewer than two.
double usual_step(std::span<const double> seconds);

}  // namespace wavetrain::series
