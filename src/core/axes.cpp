#include "wavetrain/axes.hpp"

#include <fmt/format.h>

namespace wavetrain {

std::vector<bool> Axes::of_rank(int rank) const {
  std::vector<bool> flags(static_cast<std::size_t>(rank));
  for (const Index axis : axes_) {
    if (axis < -rank || axis >= rank) {
      throw ValueError(fmt::format("Axis {} does not exist in an array of {} dimensions.", axis, rank));
    }
    flags[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  }
  return flags;
}

Config Codec<Axes>::to_config(const Axes& value) {
  if (value.single()) return value.values().front();
  return Codec<std::vector<Index>>::to_config(value.values());
}

Axes Codec<Axes>::from_config(const Config& config) {
  if (config.is_list()) return Axes(Codec<std::vector<Index>>::from_config(config));
  return Codec<Index>::from_config(config);
}

}  // namespace wavetrain
