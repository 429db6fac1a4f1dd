// How Keras makes names from class names.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace wavetrain {

// Keras' `to_snake_case`: "Conv1D" becomes "conv1d", "MaxPooling1D" "max_pooling1d", "PReLU" "p_re_lu". It names layers
// and the groups of a weights file. Characters other than letters, digits and underscores are dropped; ASCII only.
std::string to_snake_case(std::string_view class_name);

// Numbers equal names: "dense", "dense_1", "dense_2" … One per model for layer names, one per container in a file.
class UniqueNames {
 public:
  // The next free variant of `base`.
  std::string next(const std::string& base);

 private:
  std::map<std::string, int> counts_;
};

}  // namespace wavetrain
