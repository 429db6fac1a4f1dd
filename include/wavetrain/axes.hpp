// One axis or several, as constraints and initializers take them: `.axis = 0` or `.axis = {0, 1}`.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "wavetrain/describe.hpp"
#include "wavetrain/shape.hpp"

namespace wavetrain {

// Negative axes count from the end. Written as it was given: 0 as a number, {0} as a list.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : axes_{axis}, single_(true) {}    // NOLINT: implicit on purpose
  Axes(Index axis) : axes_{axis}, single_(true) {}  // NOLINT
  Axes(std::initializer_list<Index> axes) : axes_(axes) {}
  explicit Axes(std::vector<Index> axes) : axes_(std::move(axes)) {}

  const std::vector<Index>& values() const { return axes_; }
  bool single() const { return single_; }
  bool empty() const { return axes_.empty(); }

  // The axes of an array of `rank` dimensions as bits: 1 << axis. Throws ValueError for an axis that it does not have.
  std::uint32_t bits(int rank) const;

  friend bool operator==(const Axes&, const Axes&) = default;

 private:
  std::vector<Index> axes_;
  bool single_ = false;
};

// The same, or no axis at all: Python's None, `Axes{}` here.
class OptionalAxes : public Axes {
 public:
  using Axes::Axes;
};

template <>
struct Codec<Axes> {
  static std::string type() { return "int or list of int"; }
  static Config to_config(const Axes& value);
  static Axes from_config(const Config& config);
};

template <>
struct Codec<OptionalAxes> {
  static std::string type() { return "int, list of int or None"; }
  static Config to_config(const OptionalAxes& value) {
    return value.empty() ? Config() : Codec<Axes>::to_config(value);
  }
  static OptionalAxes from_config(const Config& config);
};

}  // namespace wavetrain
