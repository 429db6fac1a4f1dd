#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "wavetrain/random.hpp"
#include "wavetrain/utils.hpp"

namespace wavetrain::utils {

Array to_categorical(const DataView& x, std::optional<Index> num_classes) {
  const Array labels = x.to_array();
  Shape shape = x.shape();
  if (shape.rank() > 1 && shape.back() == 1) {
    shape = Shape(std::span<const Index>(shape.begin(), static_cast<std::size_t>(shape.rank() - 1)));
  }
  const auto class_of = [](float value) {
    if (!std::isfinite(value)) throw ValueError(fmt::format("{} is no class number.", value));
    return static_cast<Index>(value);
  };
  Index classes = num_classes.value_or(0);
  if (classes == 0) {
    if (labels.empty()) throw ValueError("Without `num_classes`, to_categorical needs at least one class number.");
    for (const float value : labels) classes = std::max(classes, class_of(value) + 1);
  }
  shape.push_back(classes);
  Array result(shape);
  for (Index i = 0; i < labels.size(); ++i) {
    const Index label = class_of(labels[i]);
    if (label >= classes || label < -classes) {
      throw IndexError(fmt::format("Class {} is out of bounds for {} classes.", label, classes));
    }
    result[i * classes + (label < 0 ? label + classes : label)] = 1.0f;
  }
  return result;
}

Array normalize(const ConstView& x, Index axis, double order) {
  Array result = Array::copy_of(x);
  const int rank = result.rank();
  if (axis < -rank || axis >= rank) {
    throw ValueError(fmt::format("Axis {} does not exist in an array of {} dimensions.", axis, rank));
  }
  if (!(order > 0)) throw ValueError(fmt::format("`order` must be above 0. Received: order={}", order));
  const int place = static_cast<int>(axis < 0 ? axis + rank : axis);
  const Index n = result.shape()[place];
  const Index inner = place + 1 < rank ? result.shape().size_from(place + 1) : 1;
  const Index rows = n == 0 ? 0 : result.size() / n;
  for (Index r = 0; r < rows; ++r) {
    float* row = result.data() + r / inner * inner * n + r % inner;
    double norm = 0;
    for (Index i = 0; i < n; ++i) {
      const double value = std::abs(double{row[i * inner]});
      if (std::isinf(order)) norm = value > norm || std::isnan(value) ? value : norm;
      else norm += order == 2 ? value * value : order == 1 ? value : std::pow(value, order);
    }
    if (!std::isinf(order)) norm = order == 2 ? std::sqrt(norm) : order == 1 ? norm : std::pow(norm, 1 / order);
    if (norm == 0) continue;
    for (Index i = 0; i < n; ++i) row[i * inner] = static_cast<float>(row[i * inner] / norm);
  }
  return result;
}

Array pad_sequences(const std::vector<Array>& sequences, const PadOptions& options) {
  const auto check = [](const std::string& value, const char* kind) {
    if (value != "pre" && value != "post") throw ValueError(fmt::format("{} type \"{}\" not understood", kind, value));
  };
  check(options.padding, "Padding");
  check(options.truncating, "Truncating");
  Index longest = 0;
  std::optional<Shape> sample;  // of the first sequence with steps
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const Shape& shape = sequences[i].shape();
    if (shape.rank() == 0) throw ValueError("`sequences` must be a list of sequences. Found a scalar.");
    longest = std::max(longest, shape[0]);
    if (shape[0] == 0) continue;
    if (!sample) sample = shape.without_first();
    if (!(shape.without_first() == *sample)) {
      throw ValueError(fmt::format("Shape of sample {} of sequence at position {} is different from expected shape {}",
                                   to_string(shape.without_first()), i, to_string(*sample)));
    }
  }
  const Index steps = options.maxlen.value_or(longest);
  if (steps < 0) throw ValueError(fmt::format("maxlen must not be negative. Received: maxlen={}", steps));
  const Shape one = sample.value_or(Shape{});
  Array result(one.with_first(steps).with_first(static_cast<Index>(sequences.size())),
               static_cast<float>(options.value));
  const Index size = one.size();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const Index length = sequences[i].shape()[0];
    const Index kept = std::min(length, steps);
    const Index from = options.truncating == "pre" ? length - kept : 0;
    const Index to = static_cast<Index>(i) * steps + (options.padding == "pre" ? steps - kept : 0);
    std::copy_n(sequences[i].data() + from * size, kept * size, result.data() + to * size);
  }
  return result;
}

Array pad_sequences(const std::vector<std::vector<float>>& sequences, const PadOptions& options) {
  std::vector<Array> arrays;
  arrays.reserve(sequences.size());
  for (const std::vector<float>& sequence : sequences) {
    arrays.emplace_back(Shape{static_cast<Index>(sequence.size())}, std::span<const float>(sequence));
  }
  return pad_sequences(arrays, options);
}

namespace {

// In Keras' words. A fraction becomes a number.
std::optional<Index> samples_of(const SplitSize& size, const char* name, Index total) {
  if (const Index* count = std::get_if<Index>(&size)) {
    if (*count > 0 && *count < total) return *count;
    throw ValueError(
        fmt::format("`{}` should be either a positive integer smaller than {}, or a float within the range "
                    "`[0, 1]`. Received: {}={}",
                    name, total, name, *count));
  }
  if (const double* part = std::get_if<double>(&size)) {
    if (*part > 0 && *part < 1) return static_cast<Index>(std::nearbyint(*part * static_cast<double>(total)));
    throw ValueError(
        fmt::format("`{}` should be either a positive integer smaller than {}, or a float within the range "
                    "`[0, 1]`. Received: {}={}",
                    name, total, name, *part));
  }
  return std::nullopt;
}

Array rows_of(const DataView& data, std::span<const Index> rows) {
  Shape shape = data.shape();
  shape[0] = static_cast<Index>(rows.size());
  Array result(shape);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    data.copy_row(rows[i], result.data() + static_cast<Index>(i) * data.row_size());
  }
  return result;
}

}  // namespace

std::pair<std::vector<Array>, std::vector<Array>> split_dataset(const std::vector<DataView>& arrays,
                                                                const SplitOptions& options) {
  if (arrays.empty()) throw ValueError("split_dataset needs at least one array.");
  const Index total = arrays.front().rows();
  for (const DataView& array : arrays) {
    if (array.rows() != total) {
      throw ValueError(
          fmt::format("All arrays must have the same number of samples. Received: {} and {}", total, array.rows()));
    }
  }
  const double* left_part = std::get_if<double>(&options.left_size);
  const double* right_part = std::get_if<double>(&options.right_size);
  std::optional<Index> left = samples_of(options.left_size, "left_size", total);
  std::optional<Index> right = samples_of(options.right_size, "right_size", total);
  if (!left && !right) {
    throw ValueError(
        "At least one of the `left_size` or `right_size` must be specified. Received: left_size=None and "
        "right_size=None");
  }
  if (left_part != nullptr && right_part != nullptr && *left_part + *right_part > 1) {
    throw ValueError("The sum of `left_size` and `right_size` is greater than 1. It must be less than or equal to 1.");
  }
  if (!left) left = total - *right;
  if (!right) right = total - *left;
  if (*left + *right > total) {
    throw ValueError(
        fmt::format("The sum of `left_size` and `right_size` should be smaller than the {}. Received: left_size "
                    "+ right_size = {} and total_length = {}",
                    total, *left + *right, total));
  }
  if (*left == 0 || *right == 0) {
    throw ValueError(
        fmt::format("With `dataset` of length={}, `left_size`={} and `right_size`={}. Resulting {} side dataset "
                    "split will be empty. Adjust any of the aforementioned parameters",
                    total, *left, *right, *left == 0 ? "left" : "right"));
  }
  std::vector<Index> order(static_cast<std::size_t>(total));
  std::iota(order.begin(), order.end(), Index{0});
  if (options.shuffle) {
    Random random(options.seed ? static_cast<std::uint64_t>(*options.seed) : next_seed());
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }
  }
  const std::span<const Index> rows(order);
  std::pair<std::vector<Array>, std::vector<Array>> result;
  for (const DataView& array : arrays) {
    result.first.push_back(rows_of(array, rows.first(static_cast<std::size_t>(*left))));
    result.second.push_back(rows_of(array, rows.last(static_cast<std::size_t>(*right))));
  }
  return result;
}

}  // namespace wavetrain::utils
