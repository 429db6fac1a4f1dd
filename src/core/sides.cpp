#include "wavetrain/sides.hpp"

#include <fmt/format.h>

namespace wavetrain {

Sides1D Codec<Sides1D>::from_config(const Config& config) {
  if (!config.is_list()) return Codec<Index>::from_config(config);
  const Config::List& list = config.as_list();
  if (list.size() != 2)
    throw ValueError(fmt::format("expected an int or a tuple of 2 ints, received {}", config.repr()));
  return {Codec<Index>::from_config(list[0]), Codec<Index>::from_config(list[1])};
}

}  // namespace wavetrain
