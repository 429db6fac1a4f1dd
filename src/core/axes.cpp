#include "wavetrain/axes.hpp"

#include <fmt/format.h>

namespace wavetrain {

std::uint32_t Axes::bits(int rank) const {
  std::uint32_t bits = 0;
  for (const Index axis : axes_) {
    if (axis < -rank || axis >= rank) {
      throw ValueError(fmt::format("Axis {} does not exist in an array of {} dimensions.", axis, rank));
    }
    bits |= std::uint32_t{1} << (axis < 0 ? axis + rank : axis);
  }
  return bits;
}

Config Codec<Axes>::to_config(const Axes& value) {
  if (value.single()) return value.values().front();
  return Codec<std::vector<Index>>::to_config(value.values());
}

Axes Codec<Axes>::from_config(const Config& config) {
  if (config.is_list()) return Axes(Codec<std::vector<Index>>::from_config(config));
  return Codec<Index>::from_config(config);
}

OptionalAxes Codec<OptionalAxes>::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (config.is_list()) return OptionalAxes(Codec<std::vector<Index>>::from_config(config));
  return Codec<Index>::from_config(config);
}

}  // namespace wavetrain
