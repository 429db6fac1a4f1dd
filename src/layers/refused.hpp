// Layers of Keras that a Sequential of series does not hold, and what to do instead.
#pragma once

#include <string>

namespace wavetrain {

// "" for a class that is not known to be one.
std::string why_refused(const std::string& class_name);

}  // namespace wavetrain
