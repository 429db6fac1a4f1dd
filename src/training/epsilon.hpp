// Keras' fuzz factor.
#pragma once

namespace wavetrain {

inline constexpr double kEpsilon = 1e-7;  // keras.config.epsilon()

}  // namespace wavetrain
