// What EarlyStopping, ReduceLROnPlateau and ModelCheckpoint share: is a logged value better than the best so far?
#pragma once

#include <optional>
#include <string>

#include "wavetrain/callback.hpp"

namespace wavetrain {

class Monitor {
 public:
  // `callback` names the class in messages. A mode other than "min" and "max" counts as "auto".
  Monitor(std::string callback, std::string monitor, std::string mode, double min_delta = 0);

  const std::string& name() const { return monitor_; }
  // Finds out once which direction is better. Throws ValueError when mode "auto" cannot tell.
  void resolve(const TrainingHost& model);
  // The monitored value, or nothing after a warning that starts with `problem`.
  std::optional<double> value(const Logs& logs, const std::string& problem) const;
  // True when there is no reference, or `value` is better than it by more than min_delta. In float32; false for NaN.
  bool improves(double value, const std::optional<double>& reference) const;

 private:
  std::string callback_;
  std::string monitor_;
  std::string mode_;
  double min_delta_;
  MetricDirection direction_ = MetricDirection::none;
};

}  // namespace wavetrain
