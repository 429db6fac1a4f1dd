// Intersection over union, from a matrix that counts (class, predicted class).
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "training/epsilon.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::metrics {
namespace {

struct Classes {
  Index count;
  std::optional<Index> ignored = {};
  bool sparse_y_true = true, sparse_y_pred = true;
  Index axis = -1;
  std::optional<double> threshold = {};  // y_pred is a number to be compared
  bool whole = true;                     // numbers and weights are cut to integers
};

// Keras' dtype is "int" unless told otherwise.
bool is_whole(const std::optional<std::string>& dtype) { return !dtype || dtype->find("float") == std::string::npos; }

double cut(double value, bool whole) { return whole ? std::trunc(value) : value; }

// The class numbers in values of a shape, one after the other.
class Reader {
 public:
  Reader(const float* values, const Shape& shape, bool sparse, Index axis) : values_(values) {
    count_ = shape.size();
    if (sparse || shape.rank() == 0) return;
    width_ = axis == 0 ? shape[0] : shape.back();
    inner_ = axis == 0 ? shape.size_from(1) : 1;
    count_ = width_ == 0 ? 0 : count_ / width_;
  }
  Index count() const { return count_; }
  double at(Index i) const {
    if (width_ == 0) return values_[i];
    const float* row = values_ + i / inner_ * inner_ * width_ + i % inner_;
    Index best = 0;
    for (Index k = 1; k < width_; ++k) {
      if (row[k * inner_] > row[best * inner_]) best = k;
    }
    return static_cast<double>(best);
  }

 private:
  const float* values_;
  Index count_, width_ = 0, inner_ = 1;
};

void add(MetricState& state, const MetricBatch& batch, const Classes& classes) {
  const auto n = static_cast<std::size_t>(classes.count);
  state.sums.resize(n * n);
  const Reader targets(batch.y_true, batch.y_true_shape, classes.sparse_y_true, classes.axis);
  const Reader predictions(batch.y_pred, batch.y_pred_shape, classes.sparse_y_pred, classes.axis);
  const Index weights = batch.sample_weight ? batch.weight_shape.size() : 1;
  if (targets.count() != predictions.count() || (weights != 1 && weights != targets.count())) {
    throw ValueError(
        fmt::format("IoU needs as many predictions, and weights, as targets. Received: y_true.shape={}, "
                    "y_pred.shape={}, sample_weight.shape={}",
                    to_string(batch.y_true_shape), to_string(batch.y_pred_shape),
                    batch.sample_weight ? to_string(batch.weight_shape) : "None"));
  }
  const auto known = [&](double c) { return c >= 0 && c < static_cast<double>(classes.count); };
  for (Index i = 0; i < targets.count(); ++i) {
    const double y = cut(targets.at(i), classes.whole);
    double p = predictions.at(i);
    if (classes.threshold) p = p >= *classes.threshold ? 1 : 0;
    p = cut(p, classes.whole);
    if (!known(y) || !known(p) || (classes.ignored && y == static_cast<double>(*classes.ignored))) continue;
    const double weight = batch.sample_weight ? double{batch.sample_weight[weights == 1 ? 0 : i]} : 1.0;
    state.sums[static_cast<std::size_t>(y) * n + static_cast<std::size_t>(p)] += cut(weight, classes.whole);
  }
}

double mean_iou(const MetricState& state, Index num_classes, const std::vector<Index>& ids) {
  const auto n = static_cast<std::size_t>(num_classes);
  double sum = 0, valid = 0;
  for (const Index id : ids) {
    const auto c = static_cast<std::size_t>(id < 0 ? id + num_classes : id);
    double all = -state.sums[c * n + c];
    for (std::size_t k = 0; k < n; ++k) all += state.sums[c * n + k] + state.sums[k * n + c];
    if (!(all > 1e-9)) continue;
    sum += state.sums[c * n + c] / (all + kEpsilon);
    ++valid;
  }
  return sum / (valid + kEpsilon);
}

void check_ids(const std::vector<Index>& ids, Index num_classes) {
  const Index highest = ids.empty() ? num_classes : *std::max_element(ids.begin(), ids.end());
  if (highest >= num_classes || *std::min_element(ids.begin(), ids.end()) < -num_classes) {
    throw ValueError(fmt::format("Target class id {} is out of range, which is [0, {}).",
                                 ids.empty() ? "None" : std::to_string(highest), num_classes));
  }
}

std::vector<Index> all_classes(Index count) {
  std::vector<Index> ids(static_cast<std::size_t>(count));
  std::iota(ids.begin(), ids.end(), Index{0});
  return ids;
}

}  // namespace

void IoU::check() const { check_ids(target_class_ids, num_classes); }
void IoU::update(MetricState& state, const MetricBatch& batch) const {
  add(state, batch, {num_classes, ignore_class, sparse_y_true, sparse_y_pred, axis, {}, is_whole(dtype)});
}
void IoU::result(const MetricState& state, std::span<double> out) const {
  out[0] = mean_iou(state, num_classes, target_class_ids);
}

void BinaryIoU::check() const { check_ids(target_class_ids, 2); }
void BinaryIoU::update(MetricState& state, const MetricBatch& batch) const {
  add(state, batch, {.count = 2, .threshold = threshold, .whole = is_whole(dtype)});
}
void BinaryIoU::result(const MetricState& state, std::span<double> out) const {
  out[0] = mean_iou(state, 2, target_class_ids);
}

void MeanIoU::update(MetricState& state, const MetricBatch& batch) const {
  add(state, batch, {num_classes, ignore_class, sparse_y_true, sparse_y_pred, axis, {}, is_whole(dtype)});
}
void MeanIoU::result(const MetricState& state, std::span<double> out) const {
  out[0] = mean_iou(state, num_classes, all_classes(num_classes));
}

void OneHotIoU::check() const { check_ids(target_class_ids, num_classes); }
void OneHotIoU::update(MetricState& state, const MetricBatch& batch) const {
  add(state, batch, {num_classes, ignore_class, false, sparse_y_pred, axis, {}, is_whole(dtype)});
}
void OneHotIoU::result(const MetricState& state, std::span<double> out) const {
  out[0] = mean_iou(state, num_classes, target_class_ids);
}

void OneHotMeanIoU::update(MetricState& state, const MetricBatch& batch) const {
  add(state, batch, {num_classes, ignore_class, false, sparse_y_pred, axis, {}, is_whole(dtype)});
}
void OneHotMeanIoU::result(const MetricState& state, std::span<double> out) const {
  out[0] = mean_iou(state, num_classes, all_classes(num_classes));
}

}  // namespace wavetrain::metrics
