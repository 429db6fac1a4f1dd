// Class names to the lower-case names that Keras derives from them.
#pragma once

#include <string>
#include <string_view>

namespace wavetrain {

// "Conv1D" -> "conv1d", "PReLU" -> "p_re_lu", "RMSprop" -> "rm_sprop": keras.src.utils.naming.to_snake_case. It names
// layers, groups in weight files, and every class that can be given as text.
std::string snake_case(std::string_view class_name);

}  // namespace wavetrain
