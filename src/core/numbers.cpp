#include "wavetrain/numbers.hpp"

namespace wavetrain {

Config Codec<Numbers>::to_config(const Numbers& value) {
  if (!value.has_value()) return Config();
  if (value.single()) return value.values().front();
  return Codec<std::vector<double>>::to_config(value.values());
}

Numbers Codec<Numbers>::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (!config.is_list()) return config.as_double();
  if (config.as_list().empty()) throw ValueError("expected at least one number, received []");
  return Numbers(Codec<std::vector<double>>::from_config(config));
}

}  // namespace wavetrain
