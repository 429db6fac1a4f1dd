// "Did you mean": the closest known name to a misspelt one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wavetrain {

// The candidate with the smallest edit distance to `name`, ignoring case, or "" when none is close (more than a third of
// the letters differ).
std::string suggest(std::string_view name, const std::vector<std::string>& candidates);

// " Did you mean `candidate`?" or "", to end a message with.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace wavetrain
