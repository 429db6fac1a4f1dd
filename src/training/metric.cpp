#include "wavetrain/metric.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "wavetrain/loss.hpp"

namespace wavetrain {
namespace {

// In `compile`, "accuracy" is not the class Accuracy.
Config resolved(const Config& identifier) {
  if (!identifier.is_string()) return identifier;
  std::string text = identifier.as_string();
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text == "accuracy" ? Config("acc") : identifier;
}

}  // namespace

std::string metric_name(const std::optional<std::string>& name, const Description& description) {
  return name ? *name : to_snake_case(description.class_name);
}

Metric::Metric(const Config& identifier) : Member(resolved(identifier)) {
  if (identifier.is_string()) text_ = identifier.as_string();
}

void Metric::update_state(const ConstView& y_true, const ConstView& y_pred, const ConstView& sample_weight) {
  Array copies[3];
  const auto contiguous = [](const ConstView& view, Array& copy) {
    if (view.contiguous()) return view.data();
    copy = Array::copy_of(view);
    return static_cast<const float*>(copy.data());
  };
  update_state(MetricBatch{.y_true = contiguous(y_true, copies[0]),
                           .y_pred = contiguous(y_pred, copies[1]),
                           .sample_weight = sample_weight.data() ? contiguous(sample_weight, copies[2]) : nullptr,
                           .y_true_shape = y_true.shape(),
                           .y_pred_shape = y_pred.shape(),
                           .weight_shape = sample_weight.shape()});
}

double Metric::result() const {
  if (state_.sums.empty()) return 0;
  if (methods().result_size(state_) != 1) {
    throw ValueError(fmt::format("{} has {} values; use results().", name(), methods().result_size(state_)));
  }
  double value = 0;
  methods().result(state_, std::span(&value, 1));
  return value;
}

std::vector<double> Metric::results() const {
  if (state_.sums.empty()) return {0.0};
  std::vector<double> values(methods().result_size(state_));
  methods().result(state_, values);
  return values;
}

void Metric::merge_state(const Metric& other) {
  if (other.state_.sums.empty()) return;
  if (state_.sums.empty()) state_.sums.assign(other.state_.sums.size(), 0.0);
  if (state_.sums.size() != other.state_.sums.size()) {
    throw ValueError(fmt::format("The states of {} and {} do not go together.", name(), other.name()));
  }
  std::transform(state_.sums.begin(), state_.sums.end(), other.state_.sums.begin(), state_.sums.begin(), std::plus<>());
}

void add_to_mean(MetricState& state, std::span<const float> values, Index samples, const float* weights,
                 const Shape& weight_shape, bool by_part) {
  state.sums.resize(2);
  const auto count = static_cast<Index>(values.size());
  if (count == 0) return;
  const Index groups = weights ? weight_shape.size() : samples;
  if (groups == 0 || groups % samples != 0 || count % groups != 0) {
    throw ValueError(fmt::format("sample_weight has shape {}, which does not fit {} values of {} samples.",
                                 to_string(weight_shape), count, samples));
  }
  const Index group_size = count / groups;
  const double share =
      by_part ? 1.0 : static_cast<double>(samples) / static_cast<double>(groups);  // of a group in its sample
  for (Index i = 0; i < groups; ++i) {
    double sum = 0;
    for (Index k = 0; k < group_size; ++k) sum += values[static_cast<std::size_t>(i * group_size + k)];
    const double weight = weights ? weights[i] : 1.0;
    state.sums[0] += sum / static_cast<double>(group_size) * weight * share;
    state.sums[1] += weight * share;
  }
}

double mean_of(const MetricState& state) { return state.sums[1] == 0 ? 0.0 : state.sums[0] / state.sums[1]; }

void add_loss_to_mean(MetricState& state, const MetricBatch& given, const Loss& loss, double sign) {
  const MetricBatch batch = given.heeding_mask();
  const LossShape shape = loss.shape(batch.y_true_shape, batch.y_pred_shape);
  const LossFacts facts = loss.inspect(batch.y_true, batch.y_pred, shape);
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto weight_count = static_cast<std::size_t>(batch.sample_weight ? batch.weight_shape.size() : 0);
  state.scratch.resize(std::max(state.scratch.size(), rows + weight_count));
  const std::span<float> losses(state.scratch.data(), rows);
  loss.evaluate(LossRows{
      .shape = shape, .y_true = batch.y_true, .y_pred = batch.y_pred, .row_loss = losses.data(), .facts = facts});
  if (sign != 1) {
    for (float& value : losses) value = static_cast<float>(value * sign);
  }
  const float* weights = batch.sample_weight;
  if (weights && facts.ignore_class && weight_count == rows) {
    float* counted = state.scratch.data() + rows;
    for (std::size_t r = 0; r < rows; ++r) {
      counted[r] = static_cast<Index>(batch.y_true[r]) == *facts.ignore_class ? 0.0f : weights[r];
    }
    weights = counted;
  }
  // Two vectors (N,) are one row, not N samples.
  const Index samples = shape.rows == 1 ? 1 : batch.y_pred_shape[0];
  add_to_mean(state, losses, samples, weights, batch.weight_shape, batch.masked_weight != nullptr);
}

}  // namespace wavetrain
