// Loss and Reduction: what is the same for all losses.
#include <functional>
#include <vector>

#include <fmt/format.h>

#include "wavetrain/loss.hpp"

namespace wavetrain {
namespace {

constexpr const char* kReductionNames[] = {"none", "sum", "sum_over_batch_size", "mean", "mean_with_sample_weight"};

// A view's values in one piece, copied only when they are not.
class Contiguous {
 public:
  explicit Contiguous(const ConstView& view) : data_(view.data()) {
    if (view.contiguous()) return;
    copy_ = Array::copy_of(view);
    data_ = copy_.data();
  }
  const float* data() const { return data_; }

 private:
  Array copy_;
  const float* data_;
};

}  // namespace

Reduction::Reduction(const std::string& name) : kind_(none) {
  for (int kind = none; kind <= mean_with_sample_weight; ++kind) {
    if (name == kReductionNames[kind]) {
      kind_ = static_cast<Kind>(kind);
      return;
    }
  }
  throw ValueError(
      fmt::format("Invalid value for argument `reduction`. Expected one of 'sum_over_batch_size', 'sum', 'mean', "
                  "'mean_with_sample_weight', 'none'. Received: reduction={}",
                  name));
}

std::string Reduction::name() const { return kReductionNames[kind_]; }

Reduction Codec<Reduction>::from_config(const Config& config) {
  return config.is_null() ? Reduction(Reduction::none) : Reduction(config.as_string());
}

void evaluate_in_float(const BasicLossRows<double>& rows, const std::function<void(const LossRows&)>& evaluate) {
  const auto floats = [](const double* values, Index count) {
    return values ? std::vector<float>(values, values + count) : std::vector<float>();
  };
  const Index count = rows.shape.rows;
  const std::vector<float> y_true = floats(rows.y_true, count * rows.shape.target_width);
  const std::vector<float> y_pred = floats(rows.y_pred, count * rows.shape.width);
  const std::vector<float> weights = floats(rows.weights, count);
  std::vector<float> row_loss(static_cast<std::size_t>(count));
  std::vector<float> gradient(rows.gradient ? y_pred.size() : 0);
  evaluate({.shape = rows.shape,
            .y_true = y_true.data(),
            .y_pred = y_pred.data(),
            .weights = rows.weights ? weights.data() : nullptr,
            .scale = rows.scale,
            .row_loss = row_loss.data(),
            .gradient = rows.gradient ? gradient.data() : nullptr,
            .through = rows.through,
            .facts = rows.facts});
  std::copy(row_loss.begin(), row_loss.end(), rows.row_loss);
  if (rows.gradient) std::copy(gradient.begin(), gradient.end(), rows.gradient);
}

double Loss::scale(const LossRows& batch) const {
  const Index rows = batch.shape.rows;
  double divisor = 1;
  switch (reduction()) {
    case Reduction::none:
    case Reduction::sum: break;
    case Reduction::sum_over_batch_size:
    case Reduction::mean: divisor = static_cast<double>(rows - batch.facts.ignored_rows); break;
    case Reduction::mean_with_sample_weight:
      divisor = 0;
      for (Index r = 0; r < rows; ++r) {
        const bool ignored =
            batch.facts.ignore_class && static_cast<Index>(batch.y_true[r]) == *batch.facts.ignore_class;
        if (!ignored) divisor += batch.weights ? static_cast<double>(batch.weights[r]) : 1.0;
      }
      break;
  }
  return divisor == 0 ? 0.0 : 1 / divisor;
}

Array Loss::values(const ConstView& y_true, const ConstView& y_pred) const {
  const LossShape rows = shape(y_true.shape(), y_pred.shape());
  const Contiguous targets(y_true);
  const Contiguous predictions(y_pred);
  // The leading dimensions of y_pred hold the rows, unless its last dimension was a 1 too many.
  Shape result_shape;
  for (int axis = 0; axis < y_pred.rank() && (result_shape.size() < rows.rows || y_pred.shape()[axis] == 0); ++axis) {
    result_shape.push_back(y_pred.shape()[axis]);
  }
  if (result_shape.size() != rows.rows) result_shape = Shape{rows.rows};
  Array result(result_shape);
  evaluate({.shape = rows,
            .y_true = targets.data(),
            .y_pred = predictions.data(),
            .row_loss = result.data(),
            .facts = inspect(targets.data(), rows)});
  return result;
}

double Loss::operator()(const ConstView& y_true, const ConstView& y_pred, const ConstView& sample_weight) const {
  if (reduction() == Reduction::none) {
    throw ValueError(fmt::format("{} with reduction='none' has one value per row; use values().", class_name()));
  }
  const LossShape rows = shape(y_true.shape(), y_pred.shape());
  Array weights;
  if (sample_weight.data() != nullptr) {
    const Index count = sample_weight.size();
    if (count == 0 ? rows.rows != 0 : rows.rows % count != 0) {
      throw ValueError(fmt::format("sample_weight needs one number per sample or per row ({} rows). Received: shape={}",
                                   rows.rows, to_string(sample_weight.shape())));
    }
    const Array given = Array::copy_of(sample_weight);
    weights = Array(Shape{rows.rows});
    for (Index r = 0; r < rows.rows; ++r) weights[r] = given[r * count / rows.rows];
  }
  const Contiguous targets(y_true);
  const Array losses = values(y_true, y_pred);
  double sum = 0;
  for (Index r = 0; r < rows.rows; ++r) sum += (weights.empty() ? 1.0 : double{weights[r]}) * double{losses[r]};
  return sum * scale({.shape = rows,
                      .y_true = targets.data(),
                      .weights = weights.empty() ? nullptr : weights.data(),
                      .facts = inspect(targets.data(), rows)});
}

}  // namespace wavetrain
