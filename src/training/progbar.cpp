#include "training/progbar.hpp"

#include <cmath>

#include <fmt/format.h>

namespace wavetrain {
namespace {

constexpr int kCells = 20;
constexpr double kInterval = 0.05;  // seconds between updates

constexpr const char* kBold = "\x1b[1m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kGrey = "\x1b[37m";
constexpr const char* kReset = "\x1b[0m";

// `cells` times U+2501.
std::string cells(int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += "\xe2\x94\x81";
  return result;
}

std::string step_time(double seconds) {
  if (seconds >= 1 || seconds == 0) return fmt::format(" {:.0f}s/step", seconds);
  if (seconds >= 1e-3) return fmt::format(" {:.0f}ms/step", seconds * 1e3);
  return fmt::format(" {:.0f}us/step", seconds * 1e6);
}

std::string remaining(double seconds) {
  const auto s = static_cast<Index>(seconds);
  if (seconds > 3600) return fmt::format("{}:{:02d}:{:02d}", s / 3600, s % 3600 / 60, s % 60);
  if (seconds > 60) return fmt::format("{}:{:02d}", s / 60, s % 60);
  return fmt::format("{}s", s);
}

std::size_t digits(Index number) { return std::to_string(number).size(); }

}  // namespace

// The first step is left out as soon as there are others: it holds what is done once.
double Progbar::seconds_per_step(Index current, double now) {
  if (current == 0) return 0;
  const bool later = after_first_step_ >= 0 && current > 1;
  const double result = later ? (now - after_first_step_) / static_cast<double>(current - 1)
                              : (now - start_) / static_cast<double>(current);
  if (current == 1) after_first_step_ = now;
  return result;
}

std::string Progbar::values_text(bool absolute) const {
  std::string text;
  for (const auto& [name, value] : values_) {
    const bool plain = (absolute ? std::abs(value) : value) > 1e-3;
    text += fmt::format(" - {}: ", name) + (plain ? fmt::format("{:.4f}", value) : fmt::format("{:.4e}", value));
  }
  return text;
}

std::string Progbar::bar(Index current, bool last, double now, double per_step) {
  std::string text;
  for (std::size_t i = 0; i < width_; ++i) text += '\b';
  text += '\r';

  std::size_t width;
  if (target_ > 0) {
    const std::size_t number_width = digits(target_);
    text += fmt::format("{}{:>{}}/{}{} ", kBold, current, number_width, target_, kReset);
    const int done = static_cast<int>(kCells * (static_cast<double>(current) / static_cast<double>(target_)));
    if (done > 0) text += kGreen + cells(done) + kReset;
    text += kGrey + cells(kCells - done) + kReset;
    width = std::max(digits(current), number_width) + 1 + number_width + 1 +
            static_cast<std::size_t>(std::max(done, kCells));
  } else {
    const std::string count = fmt::format("{:>7}/Unknown", current);
    text += count;
    width = count.size();
  }

  const bool estimate = target_ > 0 && !last;
  const std::string time =
      estimate ? remaining(per_step * static_cast<double>(target_ - current)) : fmt::format("{:.0f}s", now - start_);
  const std::string info = step_time(per_step) + values_text(true);
  text += fmt::format(" {}{}{}{}", kBold, time, kReset, info);
  width += 1 + time.size() + info.size();

  if (width_ > width) text.append(width_ - width, ' ');
  if (last) text += '\n';
  width_ = width;
  return text;
}

std::string Progbar::line(Index current, double now, double per_step) const {
  return fmt::format("{:>{}}/{} - {:.0f}s -{}{}\n", current, digits(target_), target_, now - start_,
                     step_time(per_step), values_text(false));
}

std::string Progbar::update(Index current, const Logs& values, bool last, double now) {
  for (const auto& [name, value] : values) values_.set(name, value);
  const double per_step = seconds_per_step(current, now);
  std::string text;
  if (style_ == ProgbarStyle::bar) {
    if (!last && last_update_ >= 0 && now - last_update_ < kInterval) return "";
    text = bar(current, last, now, per_step);
  } else if (last && target_ > 0) {
    text = line(current, now, per_step);
  }
  last_update_ = now;
  return text;
}

}  // namespace wavetrain
