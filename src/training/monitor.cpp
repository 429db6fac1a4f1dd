#include "training/monitor.hpp"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "wavetrain/log.hpp"

namespace wavetrain {

Monitor::Monitor(std::string callback, std::string monitor, std::string mode, double min_delta)
    : callback_(std::move(callback)),
      monitor_(std::move(monitor)),
      mode_(std::move(mode)),
      min_delta_(std::abs(min_delta)) {
  if (mode_ != "auto" && mode_ != "min" && mode_ != "max") {
    log(LogLevel::warning, fmt::format("{} mode '{}' is unknown, fallback to auto mode.", callback_, mode_));
  }
}

void Monitor::resolve(const TrainingHost& model) {
  if (direction_ != MetricDirection::none) return;
  if (mode_ == "min") direction_ = MetricDirection::down;
  else if (mode_ == "max") direction_ = MetricDirection::up;
  else if (monitor_ == "loss" || monitor_ == "val_loss") direction_ = MetricDirection::down;
  else direction_ = model.direction(monitor_);
  if (direction_ == MetricDirection::none) {
    throw ValueError(
        fmt::format("{} callback received monitor={}, but it is not known whether that metric should be maximized or "
                    "minimized. Pass "
                    "mode='max' in order to monitor based on the highest metric value, or mode='min' for the lowest.",
                    callback_, monitor_));
  }
}

std::optional<double> Monitor::value(const Logs& logs, const std::string& problem) const {
  if (const double* value = logs.find(monitor_)) return *value;
  std::vector<std::string> names;
  for (const auto& entry : logs) names.push_back(entry.first);
  log(LogLevel::warning, fmt::format("{} `{}` which is not available. Available metrics are: {}", problem, monitor_,
                                     fmt::join(names, ",")));
  return std::nullopt;
}

bool Monitor::improves(double value, const std::optional<double>& reference) const {
  if (!reference) return true;
  const auto best = static_cast<float>(*reference);
  if (direction_ == MetricDirection::down) return static_cast<float>(value + min_delta_) < best;
  return static_cast<float>(value - min_delta_) > best;
}

}  // namespace wavetrain
