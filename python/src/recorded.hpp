// Losses and metrics that are written in Python.
#pragma once

#include "convert.hpp"

namespace wavetrain::python {

// A metric from an object with `name`, `update(y_true, y_pred, sample_weight)`, `reset()` and `value()`, all called with the GIL.
Metric python_metric(nb::object object);

// A loss from an object with `name`, `reduction` and `evaluate(y_true, y_pred)` that returns the losses and their gradient.
Loss python_loss(nb::object object);

}  // namespace wavetrain::python
