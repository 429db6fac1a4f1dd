#include "wavetrain/series/windows.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

constexpr Index kFloat = static_cast<Index>(sizeof(float));

RowRange resolved(const RowRange& range, Index rows, const char* name) {
  const RowRange result{range.first, range.last < 0 ? rows : range.last};
  if (result.first < 0 || result.first > result.last || result.last > rows) {
    throw ValueError(fmt::format("{} {} to {} do not lie in a table of {} rows.", name, range.first, range.last, rows));
  }
  return result;
}

void check(bool fine, const char* name, Index value, const char* expected) {
  if (!fine) throw ValueError(fmt::format("Windows: expected {} {}. Received: {}={}", name, expected, name, value));
}

}  // namespace

Windows::Block Windows::select(const Table& table, const std::vector<std::string>& columns) {
  Block block;
  const Index width = static_cast<Index>(table.columns.size());
  if (columns.empty()) {
    block.data = table.values.data();
    block.width = block.count = width;
    return block;
  }
  std::vector<Index> positions;
  for (const std::string& name : columns) positions.push_back(table.column_index(name));
  block.count = static_cast<Index>(positions.size());
  const Index step = block.count > 1 ? positions[1] - positions[0] : 1;
  bool even = step > 0;
  for (std::size_t k = 1; k < positions.size(); ++k) even = even && positions[k] - positions[k - 1] == step;
  if (even) {
    block.data = table.values.data() + positions[0];
    block.width = width;
    block.step = step;
    return block;
  }
  Array copy(Shape{table.rows(), block.count});
  for (Index row = 0; row < table.rows(); ++row) {
    for (Index k = 0; k < block.count; ++k) {
      copy[row * block.count + k] = table.values[row * width + positions[static_cast<std::size_t>(k)]];
    }
  }
  block.owned = std::make_shared<const Array>(std::move(copy));
  block.data = block.owned->data();
  block.width = block.count;
  return block;
}

DataView Windows::inputs() const {
  return DataView(
      input_.data + first_ * input_.width, ElementType::float32, Shape{size_, options_.window, input_.count},
      Shape{options_.stride * input_.width * kFloat, options_.rate * input_.width * kFloat, input_.step * kFloat});
}

DataView Windows::targets() const {
  if (options_.horizon == 0) return {};
  const float* first = target_.data + target_row(0) * target_.width;
  const Index row = target_.width * kFloat;
  if (target_.count == 1) {
    return DataView(first, ElementType::float32, Shape{size_, options_.horizon}, Shape{options_.stride * row, row});
  }
  return DataView(first, ElementType::float32, Shape{size_, options_.horizon, target_.count},
                  Shape{options_.stride * row, row, target_.step * kFloat});
}

float Windows::target_value(Index row, Index k) const { return target_.data[row * target_.width + k * target_.step]; }

Windows make_windows(const Table& table, const WindowOptions& options) {
  check(options.window >= 1, "window", options.window, "at least 1");
  check(options.horizon >= 0, "horizon", options.horizon, "0 or more");
  check(options.stride >= 1, "stride", options.stride, "at least 1");
  check(options.rate >= 1, "rate", options.rate, "at least 1");
  check(options.gap >= 0, "gap", options.gap, "0 or more");
  const Index rows = table.rows();
  // Sizes beyond the table cannot fit, and would overflow below.
  for (const Index size : {options.window, options.horizon, options.stride, options.rate, options.gap}) {
    if (size > std::max<Index>(rows, 1) || options.window > rows / options.rate + 1) {
      throw ValueError(fmt::format("{}: no window of {} steps (rate {}, gap {}) and horizon {} fits into {} rows.",
                                   table.source, options.window, options.rate, options.gap, options.horizon, rows));
    }
  }
  const RowRange all = resolved(options.rows, rows, "Rows");
  const RowRange target = resolved(options.target_rows, rows, "Target rows");

  Windows windows;
  windows.options_ = options;
  windows.input_ = Windows::select(table, options.columns);
  windows.target_ = options.targets.empty() ? windows.input_ : Windows::select(table, options.targets);
  // From the first input row: to behind the last input, to the first target, to behind the last one.
  const Index inputs_end = (options.window - 1) * options.rate + 1;
  const Index target_begin = inputs_end + options.gap;
  const Index end = options.horizon > 0 ? target_begin + options.horizon : inputs_end;
  windows.first_ = std::max(all.first, options.horizon > 0 ? target.first - target_begin : all.first);
  const Index last = std::min(all.last, options.horizon > 0 ? target.last : all.last) - end;  // the last possible start
  if (last < windows.first_) {
    throw ValueError(
        fmt::format("{}: no window fits: {} rows are needed from the first input to the last target, and the "
                    "rows {} to {} (targets {} to {}) are given.",
                    table.source, end, all.first, all.last, target.first, target.last));
  }
  windows.size_ = (last - windows.first_) / options.stride + 1;
  return windows;
}

TimeSplit split_in_time(Index rows, double train, double test) {
  if (!(train >= 0) || !(test >= 0) || !(train + test <= 1.0 + 1e-12) || rows < 0) {
    throw ValueError(
        fmt::format("A split needs parts from 0 to 1 that sum to at most 1. Received: train={}, test={}", train, test));
  }
  const auto first = static_cast<Index>(static_cast<double>(rows) * train);
  const auto last = rows - static_cast<Index>(static_cast<double>(rows) * test);
  return {.train = {0, first}, .validation = {first, last}, .test = {last, rows}};
}

ForecastError naive_forecast_error(const Windows& windows) {
  ForecastError error;
  for (Index i = 0; i < windows.size(); ++i) {
    for (Index k = 0; k < windows.target_columns(); ++k) {
      const double last = windows.target_value(windows.last_input_row(i), k);
      for (Index h = 0; h < windows.options().horizon; ++h) {
        const double difference = windows.target_value(windows.target_row(i) + h, k) - last;
        if (std::isnan(difference)) continue;
        error.mse += difference * difference;
        error.mae += std::abs(difference);
        ++error.pairs;
      }
    }
  }
  if (error.pairs == 0) throw ValueError("No forecast can be compared: every value is missing, or the horizon is 0.");
  error.mse /= static_cast<double>(error.pairs);
  error.mae /= static_cast<double>(error.pairs);
  return error;
}

}  // namespace wavetrain::series
