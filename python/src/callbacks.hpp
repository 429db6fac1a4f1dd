// Callbacks: the library's own, and objects of Python.
#pragma once

#include <memory>

#include "convert.hpp"

namespace wavetrain::python {

// A callback of the library, to be asked afterwards.
struct NativeCallback {
  std::shared_ptr<Callback> callback;
};

// For each Python callback of `list` either the library's own callback inside, or one that calls its hooks. Interrupts that a hook
// receives go to `pending`.
std::vector<std::shared_ptr<Callback>> to_callbacks(nb::handle list, Pending& pending);

}  // namespace wavetrain::python
