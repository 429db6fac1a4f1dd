// A number or an array of numbers as an argument: scales, means, variances.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "wavetrain/describe.hpp"

namespace wavetrain {

// None, one number, a list, or (from settings) lists of lists. Stored as it was given.
class NumberArray {
 public:
  NumberArray() = default;
  NumberArray(double value) : values_{value}, present_(true) {}  // NOLINT: implicit on purpose
  NumberArray(std::initializer_list<double> values)
      : shape_{static_cast<Index>(values.size())}, values_(values), present_(true) {}
  // Throws ValueError when the number of values is not that of the shape.
  NumberArray(const Shape& shape, std::vector<double> values);

  bool has_value() const { return present_; }
  const Shape& shape() const { return shape_; }
  const std::vector<double>& values() const { return values_; }

  // The values at every position of `shape`, broadcast from the right as numpy does. Throws ValueError when they do not fit.
  std::vector<double> broadcast_to(const Shape& shape) const;

  friend bool operator==(const NumberArray&, const NumberArray&) = default;

 private:
  Shape shape_;
  std::vector<double> values_;
  bool present_ = false;
};

template <>
struct Codec<NumberArray> {
  static std::string type() { return "float, list of float or None"; }
  static Config to_config(const NumberArray& value);
  static NumberArray from_config(const Config& config);
};

}  // namespace wavetrain
