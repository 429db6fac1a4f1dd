// Which of Highway's targets the processor and the operating system can run.
#pragma once

#include <cstdint>

namespace wavetrain::cpu {

// Bits HWY_SSE4, HWY_AVX2 and HWY_AVX3, on other processors those of the static target; asked anew at each call.
std::int64_t processor_targets();

}  // namespace wavetrain::cpu
