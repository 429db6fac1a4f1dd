// Which instruction set the kernels use. The best one that the processor has is chosen at run time; results are equal
// bit for bit on one target, and close to each other on different ones.
#pragma once

#include <string>
#include <vector>

namespace wavetrain {

// The target in use: "avx3" (AVX-512), "avx2", "sse4", "neon" or "scalar". The environment variable WAVETRAIN_TARGET
// lowers it for the process; an unknown or unsupported name there throws ValueError here, or in the first kernel that
// runs.
std::string target_name();

// What this build and this processor have, best first. Not affected by the choice made.
std::vector<std::string> supported_targets();

// Chooses a target for the process ("avx512" is understood as "avx3"); an empty name restores the default. Throws
// ValueError for one that is not among supported_targets(). Weights that were packed for another target become invalid,
// so choose before models are compiled. Not to be called while kernels run.
void set_target(const std::string& name);

}  // namespace wavetrain
