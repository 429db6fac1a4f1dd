#include <algorithm>

#include <fmt/format.h>

#include "wavetrain/random.hpp"
#include "wavetrain/utils.hpp"

namespace wavetrain::utils {
namespace {

void check(const TimeseriesOptions& o, Index rows) {
  const auto refuse = [&](const char* name, Index value, const char* expected) {
    throw ValueError(
        fmt::format("`{}` must be {}. Received: {}={}, for data of length {}", name, expected, name, value, rows));
  };
  if (o.start_index && *o.start_index < 0) refuse("start_index", *o.start_index, "0 or greater");
  if (o.start_index && *o.start_index >= rows)
    refuse("start_index", *o.start_index, "lower than the length of the data");
  // As in Python, where 0 is the same as None.
  if (o.end_index.value_or(0) != 0) {
    if (o.start_index.value_or(0) != 0 && *o.end_index <= *o.start_index) {
      refuse("end_index", *o.end_index, "higher than `start_index`");
    }
    if (*o.end_index >= rows) refuse("end_index", *o.end_index, "lower than the length of the data");
    if (*o.end_index < 0) refuse("end_index", *o.end_index, "higher than 0");
  }
  if (o.sampling_rate <= 0) refuse("sampling_rate", o.sampling_rate, "higher than 0");
  if (o.sampling_rate >= rows) refuse("sampling_rate", o.sampling_rate, "lower than the length of the data");
  if (o.sequence_stride <= 0) refuse("sequence_stride", o.sequence_stride, "higher than 0");
  if (o.sequence_stride >= rows) refuse("sequence_stride", o.sequence_stride, "lower than the length of the data");
  if (o.sequence_length <= 0) refuse("sequence_length", o.sequence_length, "higher than 0");
  if (o.batch_size <= 0) refuse("batch_size", o.batch_size, "higher than 0");
}

Shape batch_shape(const DataView& data, Index batch, std::optional<Index> steps) {
  Shape shape = data.shape().without_first();
  if (steps) shape = shape.with_first(*steps);
  return shape.with_first(batch);
}

}  // namespace

TimeseriesDataset::TimeseriesDataset(const DataView& data, const DataView& targets, const TimeseriesOptions& options)
    : data_(data), targets_(targets), options_(options) {
  const Index rows = data.rows();
  check(options, rows);
  const Index start = options.start_index.value_or(0);
  const Index end = options.end_index.value_or(0) != 0 ? *options.end_index : rows;
  Index windows = end - start - (options.sequence_length - 1) * options.sampling_rate;
  if (targets.has_value()) windows = std::min(windows, targets.rows());
  for (Index first = 0; first < windows; first += options.sequence_stride) {
    // Targets are cut to start_index .. end_index as the data are.
    if (targets.has_value() && start + first >= std::min(end, targets.rows())) break;
    starts_.push_back(start + first);
  }
  if (options.shuffle) seed_ = options.seed ? static_cast<std::uint64_t>(*options.seed) : next_seed();
}

std::optional<Index> TimeseriesDataset::batches() const {
  return (size() + options_.batch_size - 1) / options_.batch_size;
}

void TimeseriesDataset::restart() {
  position_ = 0;
  if (!options_.shuffle) return;
  Random random(seed_ + static_cast<std::uint64_t>(passes_++));
  for (std::size_t i = starts_.size(); i > 1; --i) {
    std::swap(starts_[i - 1], starts_[random.below(static_cast<std::uint32_t>(i))]);
  }
}

bool TimeseriesDataset::next(Batch& batch) {
  const Index count = std::min(options_.batch_size, size() - static_cast<Index>(position_));
  if (count <= 0) return false;
  const Index length = options_.sequence_length;
  if (x_.rank() == 0 || x_.shape()[0] != count) x_ = Array(batch_shape(data_, count, length));
  const bool has_targets = targets_.has_value();
  if (has_targets && (y_.rank() == 0 || y_.shape()[0] != count)) y_ = Array(batch_shape(targets_, count, std::nullopt));
  const Index row_size = data_.row_size();
  for (Index i = 0; i < count; ++i) {
    const Index start = starts_[position_ + static_cast<std::size_t>(i)];
    for (Index step = 0; step < length; ++step) {
      data_.copy_row(start + step * options_.sampling_rate, x_.data() + (i * length + step) * row_size);
    }
    if (has_targets) targets_.copy_row(start, y_.data() + i * targets_.row_size());
  }
  position_ += static_cast<std::size_t>(count);
  batch.x = x_;
  batch.y = has_targets ? DataView(y_) : DataView();
  batch.sample_weight = {};
  return true;
}

std::unique_ptr<TimeseriesDataset> timeseries_dataset_from_array(const DataView& data, const DataView& targets,
                                                                 const TimeseriesOptions& options) {
  return std::make_unique<TimeseriesDataset>(data, targets, options);
}

}  // namespace wavetrain::utils
