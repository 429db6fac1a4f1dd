// How many steps in front of a series and behind it: padding and cropping.
#pragma once

#include "wavetrain/describe.hpp"

namespace wavetrain {

// `.padding = 2` means 2 on both sides, `.padding = {1, 3}` 1 in front and 3 behind. Stored as [1, 3].
struct Sides1D {
  Index left = 0;
  Index right = 0;
  Sides1D() = default;
  Sides1D(Index both) : left(both), right(both) {}  // NOLINT: implicit on purpose
  Sides1D(Index in_front, Index behind) : left(in_front), right(behind) {}
  friend bool operator==(const Sides1D&, const Sides1D&) = default;
};

template <>
struct Codec<Sides1D> {
  static std::string type() { return "int or 2-tuple"; }
  static Config to_config(const Sides1D& value) { return Config::list({value.left, value.right}); }
  static Sides1D from_config(const Config& config);
};

}  // namespace wavetrain
