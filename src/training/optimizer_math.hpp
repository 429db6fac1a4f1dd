// Numbers that optimizers compute once a step, rounded where Keras rounds.
#pragma once

#include <cmath>

#include "wavetrain/shape.hpp"

namespace wavetrain {

inline float f32(double value) { return static_cast<float>(value); }

// 1 - beta^t, t counting from 1. Keras rounds beta to float32 first, and 1 - 0.999f is 1.3e-5 of itself away from
// 0.001: a step that every weight would show. The power and the difference are in double: Keras' float32 loses digits
// in them.
inline double rest_of_power(double beta, Index t) { return 1 - std::pow(double{f32(beta)}, static_cast<double>(t)); }

}  // namespace wavetrain
