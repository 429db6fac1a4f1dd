// Which Keras wrote a file.
#pragma once

#include <compare>
#include <string_view>

namespace wavetrain::files {

struct KerasVersion {
  int major = 3;
  int minor = 0;
  bool in_tensorflow = false;  // tf.keras of before 2.4, which had the number of the Keras that it resembled
  friend auto operator<=>(const KerasVersion&, const KerasVersion&) = default;
};

// From `keras_version` as files have it: "2.2.4-tf", "3.15.1". Text that is none counts as Keras 2's first one, which wrote
// files without it.
KerasVersion parse_keras_version(std::string_view text);

}  // namespace wavetrain::files
