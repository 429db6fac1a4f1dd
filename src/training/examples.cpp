#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "training/trainer.hpp"

namespace wavetrain {

void Examples::check() const {
  const Index n = x.rows();
  const Index targets = y.rows();
  const bool weights_agree = !sample_weight.has_value() || sample_weight.rows() == n;
  if (targets != n || !weights_agree) {
    std::string sizes = fmt::format("x: {}, y: {}", n, targets);
    if (sample_weight.has_value()) sizes += fmt::format(", sample_weight: {}", sample_weight.rows());
    throw ValueError("Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. Sizes: " +
                     sizes);
  }
  if (sample_weight.has_value() && class_weight != nullptr && !class_weight->empty()) {
    throw ValueError("You cannot `class_weight` and `sample_weight` at the same time.");
  }
  if (mask.has_value()) check_mask(x, mask);
  if (n == 0) throw ValueError("There are no samples: x has shape " + to_string(x.shape()) + ".");
}

namespace {

// Asks for a shuffled row of the next batch a step ahead: no processor foresees where it lies. For small steps, which
// last hardly longer than their rows take to come from memory.
class RowPrefetch {
 public:
  RowPrefetch(const DataView& x, std::span<const Index> rows) : rows_(rows) {
    constexpr Index kLargestBatch = Index{128} << 10;  // bytes: more would not stay in the second-level cache
    bytes_ = x.row_size() * static_cast<Index>(sizeof(float));
    if (x.type() != ElementType::float32 || static_cast<Index>(rows.size()) * bytes_ > kLargestBatch) rows_ = {};
    if (rows_.empty()) return;
    first_ = static_cast<const char*>(x.data());
    stride_ = x.byte_strides()[0];
  }
  void operator()(Index i) const {
    constexpr Index kLine = 64;
    if (i >= static_cast<Index>(rows_.size())) return;
    const char* const row = first_ + rows_[static_cast<std::size_t>(i)] * stride_;
    for (Index at = 0; at < bytes_; at += kLine) __builtin_prefetch(row + at, 0, 2);
  }

 private:
  std::span<const Index> rows_;
  const char* first_ = nullptr;
  Index stride_ = 0, bytes_ = 0;
};

}  // namespace

void Trainer::gather_inputs(const Examples& examples, std::span<const Index> rows, Index first, Index count,
                            cpu::Workspace& work, std::span<const Index> ahead) const {
  const Index x_size = examples.x.row_size();
  const RowPrefetch prefetch(examples.x, ahead);
  for (Index i = first; i < first + count; ++i) {
    prefetch(i);
    examples.x.copy_row(rows.empty() ? i : rows[static_cast<std::size_t>(i)], work.input() + (i - first) * x_size);
  }
}

void Trainer::gather_targets(const Examples& examples, std::span<const Index> rows, Index count) {
  const Index y_size = examples.y.row_size();
  for (Index i = 0; i < count; ++i) {
    const Index row = rows.empty() ? i : rows[static_cast<std::size_t>(i)];
    examples.y.copy_row(row, y_.data() + i * y_size);
    if (examples.sample_weight.has_value()) {
      examples.sample_weight.copy_row(row, weights_.data() + i * examples.sample_weight.row_size());
    }
  }
  y_shape_ = examples.y.shape();
  y_shape_[0] = count;
}

// Leaves one weight per loss row in weights_, those of samples or steps where one loss is all there is.
void Trainer::weigh(const Examples& examples, Index count, const LossShape& shape) {
  const Index rows = shape.rows / count;  // of one sample
  Index given = 1;                        // weights of one sample
  if (examples.sample_weight.has_value()) {
    given = examples.sample_weight.row_size();
  } else {
    // Classes are the largest entry of a one-hot row, or the number itself.
    const Index y_size = examples.y.row_size();
    const Index last = examples.y.shape().rank() > 1 ? examples.y.shape().back() : 1;
    given = y_size / last;
    for (Index i = 0; i < count * given; ++i) {
      const float* row = y_.data() + i * last;
      const Index label = last == 1 ? static_cast<Index>(std::lround(row[0])) : std::max_element(row, row + last) - row;
      const auto found = examples.class_weight->find(label);
      weights_[static_cast<std::size_t>(i)] =
          found == examples.class_weight->end() ? 1.0f : static_cast<float>(found->second);
    }
  }
  if (shape.rows == 1 && count * given > 1) {
    weights_shape_ = given == 1 ? Shape{count} : Shape{count, given};
    return;
  }
  if (shape.rows % count != 0) {
    throw ValueError(fmt::format("{} over the axis of the samples cannot have weights.", options_.loss.class_name()));
  }
  if (given != rows && given != 1) {
    throw ValueError(
        fmt::format("Weights must have one value per sample or one per loss value: {} or {} per sample. Received: "
                    "{} per sample",
                    1, rows, given));
  }
  if (given < rows) {
    for (Index i = count; i-- > 0;) {
      std::fill_n(weights_.data() + i * rows, rows, weights_[static_cast<std::size_t>(i)]);
    }
  }
  weights_shape_ = rows == 1 ? Shape{count} : Shape{count, rows};
}

}  // namespace wavetrain
