// The loss of a batch: what it works on, row by row, and what becomes of that.
#include <algorithm>

#include <fmt/format.h>

#include "cpu/pool.hpp"
#include "training/trainer.hpp"

namespace wavetrain {
namespace {

// Below this many values a loss is not worth a second thread.
constexpr Index kLossValuesPerThread = 1 << 15;

}  // namespace

OutputActivation output_activation(const Graph& graph) {
  // A penalty on the output has a gradient of its own behind the activation.
  if (graph.penalized(graph.output())) return OutputActivation::none;
  const Activation* activation = cpu::final_activation(graph);
  if (activation == nullptr) return OutputActivation::none;
  if (activation->kind() == ActivationKind::sigmoid) return OutputActivation::sigmoid;
  if (activation->kind() == ActivationKind::softmax) return OutputActivation::softmax;
  return OutputActivation::none;
}

bool Trainer::loss_goes_in_pieces(const Examples& examples, const Shape& output) const {
  if (!options_.loss.has_value() || examples.weighted() || examples.mask.has_value()) return false;
  const Loss& loss = options_.loss;
  const Reduction reduction = loss.reduction();
  if (reduction != Reduction::sum && reduction != Reduction::sum_over_batch_size && reduction != Reduction::mean)
    return false;
  if (loss.whole_batches() || loss.inspects_predictions()) return false;
  Shape y_true = examples.y.shape();
  if (y_true.rank() == 0 || output[0] == 0) return false;
  y_true[0] = output[0];
  try {
    const LossShape shape = loss.shape(y_true, output);
    return !shape.together && shape.inner == 1 && shape.rows % output[0] == 0 && shape.rows > 0;
  } catch (const ValueError&) {
    return false;  // whoever runs the batch says what does not fit
  }
}

void Trainer::apply_mask(const cpu::Workspace& work, bool weighted, const LossShape& shape) {
  const Shape& mask_shape = work.output_mask_shape();
  const Index weights = weighted ? weights_shape_.size() : 1;
  const bool joint = shape.rows == 1 && mask_shape.size() % weights == 0;
  if (mask_shape.size() != shape.rows && !joint) {
    throw ValueError(
        fmt::format("The model's output of shape {} carries a mask of shape {}, but with targets of shape {} the "
                    "loss has {} values",
                    to_string(work.output_shape()), to_string(mask_shape), to_string(y_shape_), shape.rows));
  }
  const float* mask = work.output_mask();
  const Index steps = mask_shape.size() / weights;  // for each weight, where one loss is all there is
  for (Index i = 0; i < mask_shape.size(); ++i) {
    const auto weight = static_cast<std::size_t>(i / (joint ? steps : 1));
    masked_[static_cast<std::size_t>(i)] = mask[i] == 0 ? 0.0f : weighted ? weights_[weight] : 1.0f;
  }
}

const float* Trainer::loss_weights(const cpu::Workspace& work, bool weighted, const LossShape& shape) {
  const float* const mask = work.output_mask();
  if (mask == nullptr && !weighted) return nullptr;
  const AlignedVector<float>& weights = mask != nullptr ? masked_ : weights_;
  const Index count = mask != nullptr ? work.output_mask_shape().size() : weights_shape_.size();
  if (shape.rows != 1 || count == 1) return weights.data();
  const std::optional<Index> left =
      mask == nullptr ? std::nullopt
                      : std::optional<Index>(std::count_if(mask, mask + count, [](float kept) { return kept != 0; }));
  joint_weight_ =
      static_cast<float>(options_.loss.joint_weight({weights.data(), static_cast<std::size_t>(count)}, left));
  return &joint_weight_;
}

LossRows Trainer::loss_rows(const Shape& y_pred_shape, const float* y_pred, bool train, const float* weights) const {
  const Loss& loss = options_.loss;
  const OutputActivation activation = output_activation(*model_->state_->graph);
  LossRows batch;
  batch.shape = loss.shape(y_shape_, y_pred_shape);
  batch.y_true = y_.data();
  batch.y_pred = y_pred;
  batch.weights = weights;
  batch.through = train && loss.fuses(activation) ? activation : OutputActivation::none;
  batch.facts = loss.inspect(batch.y_true, y_pred, batch.shape);
  return batch;
}

void Trainer::evaluate_loss(const LossRows& batch, Index first, Index last, float* gradient) const {
  LossRows rows = batch;
  rows.shape.rows = last - first;
  rows.y_true += first * batch.shape.target_width;
  rows.y_pred += first * batch.shape.width;
  if (rows.weights != nullptr) rows.weights += first;
  rows.row_loss += first;
  rows.gradient = gradient;
  options_.loss.evaluate(rows);
}

// Rows that the mask drops do not count, whatever they hold.
double Trainer::reduce_loss(const LossRows& batch, const float* mask) const {
  double sum = 0;
  for (Index i = 0; i < batch.shape.rows; ++i) {
    if (mask != nullptr && mask[i] == 0) continue;
    const double row = batch.row_loss[i];
    sum += batch.weights != nullptr ? row * batch.weights[i] : row;
  }
  // Without a reduction the gradient is that of the sum, and what is shown the mean.
  const bool mean = options_.loss.reduction() == Reduction::none;
  return sum * batch.scale / (mean ? static_cast<double>(std::max<Index>(batch.shape.rows, 1)) : 1.0);
}

// Loss of the batch in `work`, weighted by row unless `weights` is null; in training its gradient goes where backward
// starts.
double Trainer::apply_loss(cpu::Workspace& work, bool train, const float* weights) {
  if (!options_.loss.has_value()) {
    if (train) std::fill_n(work.output_grad(), work.output_shape().size(), 0.0f);
    return 0;
  }
  const Loss& loss = options_.loss;
  LossRows batch = loss_rows(work.output_shape(), work.output(), train, weights);
  const LossShape& shape = batch.shape;
  // One loss of a whole batch has its mask in its weight.
  const bool by_row = work.output_mask() != nullptr && work.output_mask_shape().size() == shape.rows;
  const float* const mask = by_row ? work.output_mask() : nullptr;
  batch.row_loss = row_loss_.data();
  if (mask != nullptr) {
    for (Index i = 0; i < shape.rows; ++i) {
      const bool ignored =
          batch.facts.ignore_class && static_cast<Index>(y_[static_cast<std::size_t>(i)]) == *batch.facts.ignore_class;
      if (mask[i] == 0 && !ignored) ++batch.facts.ignored_rows;
    }
  }
  batch.scale = loss.scale(batch) * options_.loss_weights.value_or(1.0);
  LossRows rows = batch;
  rows.y_true_shape = &y_shape_;
  rows.y_pred_shape = &work.output_shape();
  float* const gradient = train ? work.output_grad() : nullptr;
  const auto evaluate = [&](Index first, Index last) {
    evaluate_loss(rows, first, last, gradient == nullptr ? nullptr : gradient + first * shape.width);
  };
  const Index most = loss.whole_batches() || shape.together ? 1 : shape.rows * shape.width / kLossValuesPerThread;
  const Index parts = std::min<Index>(num_threads(), most);
  if (parts > 1) {
    cpu::parallel_for(parts, static_cast<int>(parts),
                      [&](Index part, int) { evaluate(shape.rows * part / parts, shape.rows * (part + 1) / parts); });
  } else {
    evaluate(0, shape.rows);
  }
  if (mask != nullptr && gradient != nullptr && shape.inner == 1) {
    for (Index i = 0; i < shape.rows; ++i) {
      if (mask[i] == 0) std::fill_n(gradient + i * shape.width, shape.width, 0.0f);
    }
  }
  return reduce_loss(batch, mask);
}

}  // namespace wavetrain
