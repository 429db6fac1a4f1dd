#pragma once

#include "convert.hpp"

namespace wavetrain::python {

std::vector<Array> to_arrays(nb::handle list);

}  // namespace wavetrain::python
