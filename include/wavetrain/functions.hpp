// Losses and metrics from functions, for those that no class of the library computes.
//
//     losses::FunctionLoss pinball{.function = [](const LossRows& batch) { ... }, .name = "pinball"};
//     model.compile({.loss = pinball});
//
// They cannot be loaded from a file: a model that was compiled with one is saved without what only the program knows, and
// comes back uncompiled.
#pragma once

#include <functional>
#include <string>

#include "wavetrain/loss.hpp"
#include "wavetrain/metric.hpp"

namespace wavetrain {
namespace losses {

// Sees every batch as a whole: `batch.y_true_shape` and `y_pred_shape` are those of the batch, rows are the leading
// dimensions of y_pred. Fills row_loss and, where it is asked for, gradient, as losses do (loss.hpp). Targets need not have the
// size of the predictions.
struct FunctionLoss {
  std::function<void(const LossRows& batch)> function;
  Reduction reduction = {};
  std::string name = "function_loss";
  static constexpr bool kWholeBatches = true;
  static const Description& description();
  LossShape shape(const Shape& y_true, const Shape& y_pred) const;
  void evaluate(const BasicLossRows<float>& rows) const { function(rows); }
};

}  // namespace losses

namespace metrics {

// `update` adds a batch to state.sums, which it sizes at the first one; sums are set to zero where an epoch begins. `value` makes
// the number of them that is shown; without one it is sums[0] / sums[1].
struct FunctionMetric {
  std::function<void(MetricState& state, const MetricBatch& batch)> function;
  std::function<double(const MetricState& state)> value = {};
  std::string name = "function_metric";
  static const Description& description();
  void update(MetricState& state, const MetricBatch& batch) const { function(state, batch); }
  void result(const MetricState& state, std::span<double> out) const { out[0] = value ? value(state) : mean_of(state); }
};

}  // namespace metrics
}  // namespace wavetrain
