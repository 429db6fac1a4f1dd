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
        if (!methods().ignores(batch, r)) divisor += batch.weights ? static_cast<double>(batch.weights[r]) : 1.0;
      }
      break;
  }
  return divisor == 0 ? 0.0 : 1 / divisor;
}

namespace {

// Dimensions of y_pred in front of its rows and behind them, unless its last dimension was a 1 too many.
Shape shape_of_values(const Shape& y_pred, const LossShape& rows) {
  int end = y_pred.rank();
  Shape behind;
  while (end > 0 && rows.inner > 1 && y_pred.size_from(end) < rows.inner) --end;
  for (int axis = end; axis < y_pred.rank(); ++axis) behind.push_back(y_pred[axis]);
  Shape result;
  const Index outer = rows.inner > 0 ? rows.rows / rows.inner : 0;
  for (int axis = 0; axis < end && (result.size() < outer || y_pred[axis] == 0); ++axis) result.push_back(y_pred[axis]);
  for (const Index dim : behind) result.push_back(dim);
  return result.size() == rows.rows ? result : Shape{rows.rows};
}

}  // namespace

double Loss::joint_weight(std::span<const float> weights, std::optional<Index> left) const {
  double sum = 0;
  for (const float weight : weights) sum += weight;
  const bool whole = reduction() == Reduction::sum || reduction() == Reduction::none;
  const Index count = left.value_or(static_cast<Index>(weights.size()));
  return whole || count == 0 ? sum : sum / static_cast<double>(count);
}

Array Loss::values(const ConstView& y_true, const ConstView& y_pred) const {
  const LossShape rows = shape(y_true.shape(), y_pred.shape());
  const Contiguous targets(y_true);
  const Contiguous predictions(y_pred);
  Array result(shape_of_values(y_pred.shape(), rows));
  evaluate({.shape = rows,
            .y_true = targets.data(),
            .y_pred = predictions.data(),
            .row_loss = result.data(),
            .facts = inspect(targets.data(), predictions.data(), rows)});
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
    const Array given = Array::copy_of(sample_weight);
    weights = Array(Shape{rows.rows});
    if (rows.rows == 1 && count > 1 && y_pred.rank() > 1 && count == y_pred.shape()[0]) {
      weights[0] = static_cast<float>(joint_weight(given.span()));
    } else if (count == 0 ? rows.rows != 0 : rows.rows % count != 0) {
      throw ValueError(fmt::format("sample_weight needs one number per sample or per row ({} rows). Received: shape={}",
                                   rows.rows, to_string(sample_weight.shape())));
    } else {
      for (Index r = 0; r < rows.rows; ++r) weights[r] = given[r * count / rows.rows];
    }
  }
  const Contiguous targets(y_true);
  const Contiguous predictions(y_pred);
  const Array losses = values(y_true, y_pred);
  double sum = 0;
  for (Index r = 0; r < rows.rows; ++r) sum += (weights.empty() ? 1.0 : double{weights[r]}) * double{losses[r]};
  return sum * scale({.shape = rows,
                      .y_true = targets.data(),
                      .y_pred = predictions.data(),
                      .weights = weights.empty() ? nullptr : weights.data(),
                      .facts = inspect(targets.data(), predictions.data(), rows)});
}

}  // namespace wavetrain
