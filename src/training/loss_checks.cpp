#include "training/loss_checks.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wavetrain {
namespace {

Shape without_last(const Shape& shape) {
  return Shape(std::span<const Index>(shape.begin(), static_cast<std::size_t>(shape.rank() - 1)));
}

bool ends_in_one(const Shape& shape) { return shape.rank() > 0 && shape.back() == 1; }

LossShape rows_of(const Shape& shape, bool sparse) {
  const Index width = shape.rank() == 0 ? 1 : shape.back();
  const Index rows = shape.rank() == 0 ? 1 : without_last(shape).size();
  return {rows, width, sparse ? 1 : width};
}

}  // namespace

LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred) {
  Shape target = y_true;
  Shape output = y_pred;
  if (output.rank() == target.rank() + 1 && ends_in_one(output)) {
    if (target.rank() == 1) target.push_back(1);
    else output = without_last(output);
  } else if (target.rank() == output.rank() + 1 && ends_in_one(target)) {
    if (output.rank() == 1) output.push_back(1);
    else target = without_last(target);
  }
  if (!(target == output)) {
    const bool classes =
        output.rank() > 0 && output.back() > 1 &&
        (target == without_last(output) || (ends_in_one(target) && without_last(target) == without_last(output)));
    throw ValueError(fmt::format(
        "Arguments `target` and `output` must have the same shape. Received: target.shape={}, output.shape={}.{}",
        to_string(y_true), to_string(y_pred),
        classes ? " If the targets are class numbers, use a sparse loss such as "
                  "'sparse_categorical_crossentropy'."
                : ""));
  }
  return rows_of(output, false);
}

LossShape sparse_loss_shape(const Shape& y_true, const Shape& y_pred) {
  if (y_pred.rank() < 1) {
    throw ValueError(
        fmt::format("Argument `output` must be at least rank 1. Received: output.shape={}", to_string(y_pred)));
  }
  const bool trailing_one = y_true.rank() == y_pred.rank() && ends_in_one(y_true);
  const Shape target = trailing_one ? without_last(y_true) : y_true;
  if (!(target == without_last(y_pred))) {
    const bool one_hot = y_true == y_pred;
    throw ValueError(fmt::format(
        "Arguments `target` and `output` must have the same shape up until the last dimension: target.shape={}, "
        "output.shape={}.{}",
        to_string(y_true), to_string(y_pred),
        one_hot ? " If the targets are one-hot, use 'categorical_crossentropy'." : ""));
  }
  return rows_of(y_pred, true);
}

TargetKind target_kind(const Shape& y_true, const Shape& y_pred) {
  if (ends_in_one(y_pred)) return TargetKind::binary;
  const bool sparse = y_true.rank() < y_pred.rank() || (ends_in_one(y_true) && y_pred.rank() > 0 && y_pred.back() > 1);
  return sparse ? TargetKind::sparse : TargetKind::categorical;
}

void require_last_axis(Index axis, const Shape& y_pred, const char* loss) {
  if (axis == -1 || axis == y_pred.rank() - 1) return;
  throw NotSupported(
      fmt::format("{} is computed over the last axis only. Received: axis={} for predictions of shape {}", loss, axis,
                  to_string(y_pred)));
}

LossFacts inspect_hinge_labels(const float* y_true, LossShape shape) {
  const Index count = shape.rows * shape.target_width;
  return {.binary_labels = std::all_of(y_true, y_true + count, [](float y) { return y == 0 || y == 1; })};
}

LossFacts inspect_classes(const float* y_true, LossShape shape, std::optional<Index> ignore_class, const char* loss) {
  LossFacts facts{.ignore_class = ignore_class};
  for (Index r = 0; r < shape.rows; ++r) {
    const float label = y_true[r];
    if (ignore_class && label == static_cast<float>(*ignore_class)) {
      ++facts.ignored_rows;
    } else if (!(label >= 0 && label < static_cast<float>(shape.width)) ||
               label != static_cast<float>(static_cast<Index>(label))) {
      throw ValueError(
          fmt::format("{} expects class numbers from 0 to {}, one for each of the {} outputs. Received: {}", loss,
                      shape.width - 1, shape.width, label));
    }
  }
  return facts;
}

}  // namespace wavetrain
