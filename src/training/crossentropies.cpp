#include <fmt/format.h>

#include "training/loss_checks.hpp"
#include "training/loss_math.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::losses {

using namespace loss_math;

bool BinaryCrossentropy::fuses(OutputActivation activation) const {
  return activation == OutputActivation::none ||
         (activation == OutputActivation::sigmoid && !from_logits && axis == -1);
}
LossShape BinaryCrossentropy::shape(const Shape& y_true, const Shape& y_pred) const {
  return dense_loss_shape(y_true, y_pred, axis);
}
void BinaryCrossentropy::evaluate(const BasicLossRows<float>& rows) const { binary_crossentropy(*this, rows); }
void BinaryCrossentropy::evaluate(const BasicLossRows<double>& rows) const { binary_crossentropy(*this, rows); }

bool CategoricalCrossentropy::fuses(OutputActivation activation) const {
  return activation == OutputActivation::none ||
         (activation == OutputActivation::softmax && !from_logits && axis == -1);
}
LossShape CategoricalCrossentropy::shape(const Shape& y_true, const Shape& y_pred) const {
  return dense_loss_shape(y_true, y_pred, axis);
}
void CategoricalCrossentropy::evaluate(const BasicLossRows<float>& rows) const {
  categorical_crossentropy(*this, rows);
}
void CategoricalCrossentropy::evaluate(const BasicLossRows<double>& rows) const {
  categorical_crossentropy(*this, rows);
}

bool SparseCategoricalCrossentropy::fuses(OutputActivation activation) const {
  return activation == OutputActivation::none ||
         (activation == OutputActivation::softmax && !from_logits && axis == -1);
}
LossShape SparseCategoricalCrossentropy::shape(const Shape& y_true, const Shape& y_pred) const {
  // Keras has the argument, but computes only this.
  if (axis != -1 && axis != y_pred.rank() - 1) {
    throw ValueError(
        fmt::format("SparseCategoricalCrossentropy is computed over the last axis only. Received: axis={} for "
                    "predictions of shape {}",
                    axis, to_string(y_pred)));
  }
  return sparse_loss_shape(y_true, y_pred);
}
LossFacts SparseCategoricalCrossentropy::inspect(const float* y_true, LossShape shape) const {
  return inspect_classes(y_true, shape, ignore_class, "SparseCategoricalCrossentropy");
}
void SparseCategoricalCrossentropy::evaluate(const BasicLossRows<float>& rows) const {
  sparse_categorical_crossentropy(*this, rows);
}
void SparseCategoricalCrossentropy::evaluate(const BasicLossRows<double>& rows) const {
  sparse_categorical_crossentropy(*this, rows);
}

LossShape BinaryFocalCrossentropy::shape(const Shape& y_true, const Shape& y_pred) const {
  return dense_loss_shape(y_true, y_pred, axis);
}
void BinaryFocalCrossentropy::evaluate(const BasicLossRows<float>& rows) const {
  binary_focal_crossentropy(*this, rows);
}
void BinaryFocalCrossentropy::evaluate(const BasicLossRows<double>& rows) const {
  binary_focal_crossentropy(*this, rows);
}

LossShape CategoricalFocalCrossentropy::shape(const Shape& y_true, const Shape& y_pred) const {
  const LossShape rows = dense_loss_shape(y_true, y_pred, axis);
  const auto alphas = static_cast<Index>(alpha.values().size());
  if (alphas != 1 && alphas != rows.width) {
    throw ValueError(
        fmt::format("CategoricalFocalCrossentropy with {} values of alpha received predictions of shape {}.", alphas,
                    to_string(y_pred)));
  }
  return rows;
}
void CategoricalFocalCrossentropy::evaluate(const BasicLossRows<float>& rows) const {
  categorical_focal_crossentropy(*this, rows);
}
void CategoricalFocalCrossentropy::evaluate(const BasicLossRows<double>& rows) const {
  categorical_focal_crossentropy(*this, rows);
}

LossShape CategoricalGeneralizedCrossEntropy::shape(const Shape& y_true, const Shape& y_pred) const {
  return sparse_loss_shape(y_true, y_pred);
}
LossFacts CategoricalGeneralizedCrossEntropy::inspect(const float* y_true, LossShape shape) const {
  return inspect_classes(y_true, shape, std::nullopt, "CategoricalGeneralizedCrossEntropy");
}
void CategoricalGeneralizedCrossEntropy::evaluate(const BasicLossRows<float>& rows) const {
  generalized_crossentropy(*this, rows);
}
void CategoricalGeneralizedCrossEntropy::evaluate(const BasicLossRows<double>& rows) const {
  generalized_crossentropy(*this, rows);
}

LossShape CompiledCrossentropy::shape(const Shape& y_true, const Shape& y_pred) const {
  return target_kind(y_true, y_pred) == TargetKind::sparse ? sparse_loss_shape(y_true, y_pred)
                                                           : dense_loss_shape(y_true, y_pred);
}

namespace {

// The kind by what shape() made of the batch.
TargetKind kind(const LossShape& shape) {
  if (shape.width == 1) return TargetKind::binary;
  return shape.target_width == 1 ? TargetKind::sparse : TargetKind::categorical;
}

template <class T>
void compiled_crossentropy(const BasicLossRows<T>& rows) {
  // Not made anew for each batch: their names are too long to fit into a string without memory of its own.
  static const BinaryCrossentropy binary;
  static const SparseCategoricalCrossentropy sparse;
  static const CategoricalCrossentropy categorical;
  switch (kind(rows.shape)) {
    case TargetKind::binary: return binary_crossentropy(binary, rows);
    case TargetKind::sparse: return sparse_categorical_crossentropy(sparse, rows);
    case TargetKind::categorical: return categorical_crossentropy(categorical, rows);
  }
}

}  // namespace

LossFacts CompiledCrossentropy::inspect(const float* y_true, LossShape shape) const {
  if (kind(shape) != TargetKind::sparse) return {};
  return inspect_classes(y_true, shape, std::nullopt, "SparseCategoricalCrossentropy");
}
void CompiledCrossentropy::evaluate(const BasicLossRows<float>& rows) const { compiled_crossentropy(rows); }
void CompiledCrossentropy::evaluate(const BasicLossRows<double>& rows) const { compiled_crossentropy(rows); }

}  // namespace wavetrain::losses
