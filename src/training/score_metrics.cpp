// Scores of matrices: F-beta and R².
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "training/epsilon.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::metrics {
namespace {

// Throws unless both are (N, C), C as before. Makes room for `per_class` sums of each class and `extra` others.
Index prepare(MetricState& state, const MetricBatch& batch, const char* metric, std::size_t per_class,
              std::size_t extra) {
  const Shape& p = batch.y_pred_shape;
  const LossShape shape = dense_loss_shape(batch.y_true_shape, p);
  if (std::max(p.rank(), batch.y_true_shape.rank()) != 2) {
    throw ValueError(
        fmt::format("{} expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
                    "y_pred.shape={} and y_true.shape={}.",
                    metric, to_string(p), to_string(batch.y_true_shape)));
  }
  const std::size_t size = per_class * static_cast<std::size_t>(shape.width) + extra;
  if (!state.sums.empty() && state.sums.size() != size) {
    throw ValueError(fmt::format("{} received predictions of shape {}, unlike those before.", metric, to_string(p)));
  }
  state.sums.resize(size);
  const Index weights = batch.sample_weight ? batch.weight_shape.size() : shape.rows;
  if (weights != shape.rows && weights != shape.rows * shape.width) {
    throw ValueError(fmt::format("sample_weight has shape {}, which does not fit predictions of shape {}.",
                                 to_string(batch.weight_shape), to_string(p)));
  }
  return shape.width;
}

double weight_of(const MetricBatch& batch, Index row, Index i, Index width) {
  if (!batch.sample_weight) return 1;
  const bool per_row = batch.weight_shape.size() * width == batch.y_pred_shape.size();
  return batch.sample_weight[per_row ? row : row * width + i];
}

// Sums: tp, fp, fn, Σ y, for each class.
void add_scores(MetricState& state, const MetricBatch& batch, const std::optional<double>& threshold) {
  const Index width = prepare(state, batch, "FBetaScore", 4, 0);
  for (Index row = 0; row < batch.y_pred_shape.size() / std::max<Index>(width, 1); ++row) {
    const float* p = batch.y_pred + row * width;
    const float* y = batch.y_true + row * width;
    const float largest = *std::max_element(p, p + width);
    for (Index i = 0; i < width; ++i) {
      const bool positive =
          threshold ? p[i] > static_cast<float>(*threshold) : p[i] >= largest && std::abs(p[i]) > 1e-9f;
      const double weight = weight_of(batch, row, i, width);
      double* sums = state.sums.data() + 4 * i;
      sums[0] += positive ? y[i] * weight : 0.0;
      sums[1] += positive ? (1 - double{y[i]}) * weight : 0.0;
      sums[2] += positive ? 0.0 : y[i] * weight;
      sums[3] += y[i] * weight;
    }
  }
}

double f_beta(const double* sums, double beta) {
  const double precision = sums[0] / (sums[0] + sums[1] + kEpsilon);
  const double recall = sums[0] / (sums[0] + sums[2] + kEpsilon);
  return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall + kEpsilon);
}

void scores(const MetricState& state, const std::optional<std::string>& average, double beta, std::span<double> out) {
  const std::size_t classes = state.sums.size() / 4;
  if (!average) {
    for (std::size_t c = 0; c < classes; ++c) out[c] = f_beta(&state.sums[4 * c], beta);
    return;
  }
  double total[4] = {};
  for (std::size_t i = 0; i < state.sums.size(); ++i) total[i % 4] += state.sums[i];
  if (*average == "micro") {
    out[0] = f_beta(total, beta);
    return;
  }
  out[0] = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    const double share =
        *average == "weighted" ? state.sums[4 * c + 3] / (total[3] + kEpsilon) : 1 / static_cast<double>(classes);
    out[0] += share * f_beta(&state.sums[4 * c], beta);
  }
}

}  // namespace

void FBetaScore::update(MetricState& state, const MetricBatch& batch) const { add_scores(state, batch, threshold); }
std::size_t FBetaScore::result_size(const MetricState& state) const { return average ? 1 : state.sums.size() / 4; }
void FBetaScore::result(const MetricState& state, std::span<double> out) const { scores(state, average, beta, out); }

void F1Score::update(MetricState& state, const MetricBatch& batch) const { add_scores(state, batch, threshold); }
std::size_t F1Score::result_size(const MetricState& state) const { return average ? 1 : state.sums.size() / 4; }
void F1Score::result(const MetricState& state, std::span<double> out) const { scores(state, average, 1.0, out); }

// Sums: Σ y, Σ y², Σ (y - p)², Σ weight for each column, then the number of numbers.
void R2Score::update(MetricState& state, const MetricBatch& batch) const {
  const Index width = prepare(state, batch, "R2Score", 4, 1);
  const Index count = batch.y_pred_shape.size();
  for (Index e = 0; e < count; ++e) {
    const Index i = e % width;
    const double weight = weight_of(batch, e / width, i, width);
    const double y = batch.y_true[e];
    const double error = y - batch.y_pred[e];
    double* sums = state.sums.data() + 4 * i;
    sums[0] += y * weight;
    sums[1] += y * y * weight;
    sums[2] += error * error * weight;
    sums[3] += weight;
  }
  state.sums.back() += static_cast<double>(count);
}

std::size_t R2Score::result_size(const MetricState& state) const {
  return class_aggregation ? 1 : state.sums.size() / 4;
}

void R2Score::result(const MetricState& state, std::span<double> out) const {
  const std::size_t columns = state.sums.size() / 4;
  double sum = 0;
  double weights = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    const double* sums = &state.sums[4 * c];
    const double variance = sums[1] - sums[0] * (sums[0] / sums[3]);
    double score = 1 - sums[2] / variance;
    if (std::isinf(score)) score = 0;
    if (!class_aggregation) {
      out[c] = score;
      continue;
    }
    const double weight = *class_aggregation == "uniform_average" ? 1.0 : variance;
    sum += score * weight;
    weights += weight;
  }
  if (class_aggregation) out[0] = sum / weights;
  const double n = state.sums.back();
  const auto p = static_cast<double>(num_regressors);
  // With too few numbers there is no adjusted score; Keras warns and gives the plain one.
  if (num_regressors == 0 || p >= n - 1) return;
  for (double& score : out) score = 1 - (1 - score) * (n - 1) / (n - p - 1);
}

}  // namespace wavetrain::metrics
