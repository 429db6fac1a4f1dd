// One number or several, as the thresholds of metrics are given.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "wavetrain/describe.hpp"

namespace wavetrain {

// One number, several, or none: `.thresholds = 0.5` or `.thresholds = {0.1, 0.9}`.
class Numbers {
 public:
  Numbers() = default;
  Numbers(double value) : values_{value}, single_(true) {}  // NOLINT: implicit on purpose
  Numbers(std::initializer_list<double> values) : values_(values) {}
  explicit Numbers(std::vector<double> values) : values_(std::move(values)) {}
  bool has_value() const { return !values_.empty(); }
  const std::vector<double>& values() const { return values_; }
  bool single() const { return single_; }

 private:
  std::vector<double> values_;
  bool single_ = false;
};

template <>
struct Codec<Numbers> {
  static std::string type() { return "float, list of float or None"; }
  static Config to_config(const Numbers& value);
  static Numbers from_config(const Config& config);
};

}  // namespace wavetrain
