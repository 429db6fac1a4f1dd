#include "wavetrain/series/time_stamps.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "series/text.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

constexpr double kDay = 86400;

// Takes a number of digits off the front.
bool take_number(std::string_view& text, int& value, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int number = 0;
  for (; digits < text.size() && digits < most && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    number = 10 * number + (text[digits] - '0');
  }
  if (digits < least) return false;
  value = number;
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<double> days(int year, int month, int day) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<double>(sys_days(date).time_since_epoch().count());
}

std::optional<double> take_date(std::string_view& text) {
  int first = 0, second = 0, third = 1;
  std::string_view rest = text;
  if (take_number(rest, first, 4, 4)) {
    const char separator = rest.empty() ? 0 : rest[0];
    if ((separator != '-' && separator != '/') || !take(rest, separator) || !take_number(rest, second, 1, 2)) return {};
    if (take(rest, separator) && !take_number(rest, third, 1, 2)) return {};
    text = rest;
    return days(first, second, third);
  }
  if (!take_number(rest, first, 1, 2) || rest.empty()) return {};
  const char separator = rest[0];
  if ((separator != '.' && separator != '/') || !take(rest, separator) || !take_number(rest, second, 1, 2) ||
      !take(rest, separator) || !take_number(rest, third, 4, 4)) {
    return {};
  }
  text = rest;
  return separator == '.' ? days(third, second, first) : days(third, first, second);
}

std::optional<double> take_time(std::string_view& text) {
  int hour = 0, minute = 0, second = 0;
  if (!take_number(text, hour, 1, 2) || text.empty()) return {};
  const char separator = text[0];
  if ((separator != ':' && separator != '-') || !take(text, separator) || !take_number(text, minute, 2, 2)) return {};
  double fraction = 0;
  if (take(text, separator)) {
    if (!take_number(text, second, 2, 2)) return {};
    if (take(text, '.')) {
      double scale = 0.1;
      while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        fraction += scale * (text[0] - '0');
        scale /= 10;
        text.remove_prefix(1);
      }
    }
  }
  if (hour > 24 || minute > 59 || second > 60) return {};
  return hour * 3600.0 + minute * 60.0 + second + fraction;
}

}  // namespace

std::optional<double> parse_time_stamp(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 10 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    double seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return seconds;
  }
  const std::optional<double> date = take_date(text);
  if (!date) return {};
  double seconds = *date * kDay;
  if (!text.empty() && (text[0] == ' ' || text[0] == 'T')) {
    text.remove_prefix(1);
    const std::optional<double> time = take_time(text);
    if (!time) return {};
    seconds += *time;
    take(text, 'Z');
  }
  if (!text.empty()) return {};
  return seconds;
}

std::string format_time_stamp(double seconds) {
  const double day = std::floor(seconds / kDay);
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(static_cast<int>(day)))};
  std::string text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  const int rest = static_cast<int>(seconds - day * kDay);
  if (rest != 0) text += fmt::format(" {:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
  return text;
}

double calendar_phase(std::string_view feature, double seconds) {
  const double day = std::floor(seconds / kDay);
  const std::chrono::sys_days point(std::chrono::days(static_cast<int>(day)));
  const std::chrono::year_month_day date{point};
  if (feature == "hour") return (seconds - day * kDay) / kDay;
  if (feature == "weekday") return std::chrono::weekday(point).c_encoding() / 7.0;
  if (feature == "monthday") return (static_cast<unsigned>(date.day()) - 1) / 31.0;
  if (feature == "month") return (static_cast<unsigned>(date.month()) - 1) / 12.0;
  if (feature == "yearday") {
    const std::chrono::sys_days first{date.year() / std::chrono::January / 1};
    return static_cast<double>((point - first).count()) / 366.0;
  }
  throw ValueError(
      fmt::format("Expected a calendar feature: hour, weekday, monthday, month or yearday. Received: {}", feature));
}

double usual_step(std::span<const double> seconds) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < seconds.size(); ++i) steps.push_back(seconds[i] - seconds[i - 1]);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

}  // namespace wavetrain::series
