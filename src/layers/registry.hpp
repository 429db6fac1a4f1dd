// The list of the layers that come with the library.
#pragma once

namespace wavetrain {

// Registers every built-in layer class: one line each.
void register_builtin_layers();

}  // namespace wavetrain
