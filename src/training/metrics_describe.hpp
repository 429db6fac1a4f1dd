// The second half of the list of metrics.
#pragma once

#include "wavetrain/family.hpp"

namespace wavetrain {

void register_more_metrics(Registry& registry);

}  // namespace wavetrain
