// Layers written as text, in the syntax of Keras' constructors: what the command line's `--model` takes.
//
//     Conv1D(32, 3, activation='relu') MaxPooling1D(2) Flatten() Dense(1, activation='sigmoid')
//
// Positional arguments follow the order of Keras' signatures. Values are numbers, text in ' or ", True, False, None,
// lists, tuples, and further objects (`kernel_regularizer=L2(1e-4)`, `Bidirectional(LSTM(64))`). Layers are separated
// by blanks, commas or line breaks; the list may stand in brackets; prefixes such as `layers.` or `tf.keras.layers.`
// and comments from
// `#` to the end of the line are skipped. `Input((100, 1))` may come first.
#pragma once

#include <string_view>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain {

// The layers, ready for Sequential's constructor. Throws ValueError with line and column for text that is not such a
// list, for unknown classes and arguments ("Did you mean"), and with the layer for arguments that cannot work.
std::vector<Sequential::Entry> parse_layer_list(std::string_view text);

// One object: a name ("adam") stays text, a call ("Adam(learning_rate=1e-4, clipnorm=1.0)") becomes
// {"class_name": "Adam", "config": {...}}. Either can be given to Optimizer, Loss or Metric. Throws ValueError as
// above.
Config parse_constructor(std::string_view text);

}  // namespace wavetrain
