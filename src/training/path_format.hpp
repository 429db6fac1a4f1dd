// Paths with values in them, as Python's str.format writes them.
#pragma once

#include <string>
#include <string_view>

#include "wavetrain/callback.hpp"

namespace wavetrain {

// Replaces {name} and {name:spec} by a value of `logs`; those in `integers` print as whole numbers. `spec` is Python's
// [[fill]align][sign][#][0][width][.precision][type] with the types d, e, f, g and %; {{ and }} are braces. Throws
// ValueError for a name that is not there and for what Python would refuse.
std::string format_path(std::string_view pattern, const std::vector<std::pair<std::string, Index>>& integers,
                        const Logs& logs);

}  // namespace wavetrain
