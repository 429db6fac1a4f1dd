#include "training/loss_checks.hpp"

#include <algorithm>
#include <bit>

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
  return {.rows = rows, .width = width, .target_width = sparse ? 1 : width, .last = width};
}

// Rows over the axes first .. last of `shape`.
LossShape rows_over(const Shape& shape, int first, int last) {
  Index outer = 1, width = 1;
  for (int axis = 0; axis < first; ++axis) outer *= shape[axis];
  for (int axis = first; axis <= last; ++axis) width *= shape[axis];
  const Index inner = last + 1 < shape.rank() ? shape.size_from(last + 1) : 1;
  return {.rows = outer * inner,
          .width = width,
          .target_width = width,
          .inner = inner,
          .together = inner > 1,
          .last = shape.rank() == 0 ? 1 : shape.back()};
}

Shape repaired_shape(const Shape& y_true, const Shape& y_pred) {
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
  return output;
}

}  // namespace

LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred) {
  return rows_of(repaired_shape(y_true, y_pred), false);
}

LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred, const Axes& axes) {
  const Shape shape = repaired_shape(y_true, y_pred);
  if (axes.empty()) return rows_over(shape, 0, shape.rank() - 1);
  const std::uint32_t bits = axes.bits(shape.rank());
  const int first = std::countr_zero(bits);
  const int count = std::popcount(bits);
  if (bits >> first != (1u << count) - 1) {
    throw NotSupported(
        fmt::format("A loss can run over axes that are neighbours of each other. Received: axis={} for "
                    "predictions of shape {}",
                    Codec<Axes>::to_config(axes).repr(), to_string(y_pred)));
  }
  return rows_over(shape, first, first + count - 1);
}

LossShape dense_loss_shape(const Shape& y_true, const Shape& y_pred, Index axis) {
  const Shape shape = repaired_shape(y_true, y_pred);
  const Index position = axis < 0 ? axis + shape.rank() : axis;
  if (position < 0 || position >= shape.rank()) return dense_loss_shape(y_true, y_pred, Axes(axis));  // throws
  return rows_over(shape, static_cast<int>(position), static_cast<int>(position));
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
