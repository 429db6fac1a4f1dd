// What losses check before they compute.
#pragma once

#include <optional>

#include "wavetrain/loss.hpp"

namespace wavetrain {

// Whether all labels are 0 or 1.
LossFacts inspect_hinge_labels(const float* y_true, LossShape shape);

// Counts rows of class `ignore_class`. Throws ValueError for a class outside 0 .. width-1 or a fraction.
LossFacts inspect_classes(const float* y_true, LossShape shape, std::optional<Index> ignore_class, const char* loss);

// dense_loss_shape over one axis; allocates nothing, as losses are asked in every step.
LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred, Index axis);

}  // namespace wavetrain
