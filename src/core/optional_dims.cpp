#include "wavetrain/optional_dims.hpp"

namespace wavetrain {

Config Codec<OptionalDims>::to_config(const OptionalDims& value) {
  Config::List list;
  for (const Index dim : value.values()) list.push_back(dim < 0 ? Config() : Config(dim));
  return list;
}

OptionalDims Codec<OptionalDims>::from_config(const Config& config) {
  if (!config.is_list()) return Codec<Index>::from_config(config);
  std::vector<Index> dims;
  for (const Config& dim : config.as_list()) dims.push_back(dim.is_null() ? kNone : Codec<Index>::from_config(dim));
  return OptionalDims(std::move(dims));
}

}  // namespace wavetrain
