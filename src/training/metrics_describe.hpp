// What the two halves of the list of metrics share.
#pragma once

#include "wavetrain/family.hpp"

namespace wavetrain {

namespace metrics {
inline constexpr const char* kModule = "keras.metrics";
}

void register_more_metrics(Registry& registry);

}  // namespace wavetrain
