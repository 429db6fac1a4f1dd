#include "training/trainer.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cpu/flush_denormals.hpp"
#include "cpu/reduce.hpp"

namespace wavetrain {

Trainer::Trainer(Sequential& model, CompileOptions options) : model_(&model), options_(std::move(options)) {
  if (options_.steps_per_execution < 1) {
    throw ValueError(fmt::format("steps_per_execution must be at least 1. Received: steps_per_execution={}",
                                 options_.steps_per_execution));
  }
  if (!options_.optimizer.has_value()) throw ValueError("compile needs an optimizer. Received: optimizer=None");
  const Config optimizer = options_.optimizer.config();
  const Config* arguments = optimizer.is_dict() ? optimizer.find("config") : nullptr;
  const Config* factor = arguments != nullptr ? arguments->find("loss_scale_factor") : nullptr;
  if (factor != nullptr && !factor->is_null()) loss_scale_ = static_cast<float>(factor->as_double());
  const auto known = [&](const std::string& name) {
    return std::any_of(metrics_.begin(), metrics_.end(), [&](const Tracked& tracked) { return tracked.name == name; });
  };
  const auto numbered = [&](const std::string& name) {
    for (int i = 1;; ++i) {
      const std::string candidate = fmt::format("{}_{}", name, i);
      if (!known(candidate)) return candidate;
    }
  };
  for (const Metric& metric : options_.metrics) {
    metrics_.push_back({known(metric.name()) ? numbered(metric.name()) : metric.name(), metric, false});
  }
  for (const Metric& metric : options_.weighted_metrics) {
    std::string name = metric.name();
    if (known(name)) name = "weighted_" + name;
    if (known(name)) name = numbered(name);
    metrics_.push_back({name, metric, true});
  }
}

std::string path_of(const std::string& model, const Layer& layer, const Variable& variable) {
  const std::string group = variable.group().empty() ? "" : variable.group() + "/";
  return fmt::format("{}/{}/{}{}", model, layer.name(), group, variable.name());
}

MetricDirection Trainer::direction(std::string_view log_name) const {
  if (log_name.starts_with("val_")) log_name.remove_prefix(4);
  if (log_name == "loss") return MetricDirection::down;
  for (const Tracked& tracked : metrics_) {
    if (tracked.name == log_name) return tracked.metric.direction();
  }
  return MetricDirection::none;
}

void Trainer::reset_metrics() {
  loss_sum_ = 0;
  loss_count_ = 0;
  for (Tracked& tracked : metrics_) tracked.metric.reset_state();
}

namespace {

void log_metric(Logs& logs, const std::string& name, const Metric& metric) {
  if (metric.has_several_results()) logs.set(name, metric.results());
  else logs.set(name, metric.result());
}

}  // namespace

Logs Trainer::results() const {
  Logs logs;
  logs.set("loss", mean_loss());
  for (const Tracked& tracked : metrics_) log_metric(logs, tracked.name, tracked.metric);
  return logs;
}

const Logs& Trainer::batch_logs() {
  if (batch_logs_.empty()) {
    batch_logs_ = results().sorted();
  } else {
    batch_logs_.set("loss", mean_loss());
    for (const Tracked& tracked : metrics_) log_metric(batch_logs_, tracked.name, tracked.metric);
  }
  return batch_logs_;
}

void Trainer::build_model(const DataView& x) {
  if (model_->built()) return;
  if (x.shape().rank() == 0) throw ValueError("Data must have the samples as its first dimension. Received a scalar.");
  Shape shape = x.shape();
  shape[0] = kNone;
  model_->build(state().input_shape.rank() > 0 ? state().input_shape : shape);
}

bool Trainer::serves(const cpu::Workspace& work, const Shape& batch, const Examples& examples) const {
  const cpu::Plan& plan = work.plan();
  if (!plan.fits(batch)) return false;
  if (!plan.in_pieces()) return true;
  Shape output = plan.output();
  output[0] = batch[0];
  return loss_goes_in_pieces(examples, output);
}

cpu::Workspace& Trainer::workspace(bool train, const Shape& capacity, const Examples& examples) {
  std::unique_ptr<cpu::Workspace>& work = train ? train_ : test_;
  const std::shared_ptr<const Graph> graph = state().graph_for(examples.mask.has_value());
  if (const std::size_t outputs = model_->output_shapes().size(); outputs > 1) {
    throw NotSupported(
        fmt::format("Model '{}' has {} outputs, since its last layer has return_state=True or merge_mode=None. "
                    "Such a model only predicts: train it without that option, and hand the weights over, "
                    "which are the same (set_weights, load_weights).",
                    model_->name(), outputs));
  }
  if (work != nullptr && &work->plan().graph() == graph.get() && serves(*work, capacity, examples)) {
    work->refresh_weights();
    if (train) build_optimizer();
    return *work;
  }
  // Of an activation that no loss takes along, like tanh, the derivative stays with the model.
  const OutputActivation activation = output_activation(*graph);
  const bool loss_takes_activation =
      options_.loss.has_value() && activation != OutputActivation::none && options_.loss.fuses(activation);
  const auto plan_for = [&](const Shape& input, bool in_pieces) {
    return std::make_shared<const cpu::Plan>(graph, input, train, num_threads(), train && loss_takes_activation,
                                             in_pieces);
  };
  auto plan = plan_for(capacity, false);
  if (train && plan->piece() > 0 && loss_goes_in_pieces(examples, plan->output())) {
    Shape piece = capacity;
    piece[0] = plan->piece();
    plan = plan_for(piece, true);
  }
  if (train) build_optimizer();
  if (train) tuner_ = {};
  work = std::make_unique<cpu::Workspace>(std::move(plan), train ? gradients_ : nullptr);
  return *work;
}

void Trainer::build_optimizer() {
  const std::shared_ptr<const Graph>& graph = state().graph;
  const cpu::FlatLayout layout = cpu::flat_layout(*graph, true);
  const bool known = optimized_graph_ == graph.get();
  const auto moved = [&](std::size_t i) {
    return graph->value(layout.blocks[i].value).variable.data() != optimized_weights_[i];
  };
  std::vector<OptimizerVariable> kept;
  if (known) {
    bool stayed = true;
    for (std::size_t i = 0; i < layout.blocks.size() && stayed; ++i) stayed = !moved(i);
    if (stayed) return;
    kept = options_.optimizer.variables();  // a layer has gone to another model in between
  }
  if (!known) gradients_ = std::make_shared<AlignedVector<float>>(static_cast<std::size_t>(layout.floats));
  const auto path = [this](const Variable& variable) {
    for (const Layer& layer : state().layers) {
      const auto& variables = layer.variables();
      if (std::find(variables.begin(), variables.end(), variable) != variables.end()) {
        return path_of(state().name, layer, variable);
      }
    }
    return variable.name();
  };
  std::vector<OptimizerBlock> blocks;
  optimized_weights_.clear();
  for (const cpu::FlatLayout::Block& block : layout.blocks) {
    const Variable& variable = graph->value(block.value).variable;
    optimized_weights_.push_back(variable.data());
    blocks.push_back({.w = variable.data(),
                      .g = gradients_->data() + block.offset,
                      .shape = variable.shape(),
                      .name = variable.name(),
                      .constraint = variable.constraint().has_value() ? &variable.constraint() : nullptr,
                      .path = path(variable)});
  }
  options_.optimizer.build(blocks);
  if (known) options_.optimizer.set_variables(kept);
  optimized_graph_ = graph.get();
}

void Trainer::scale_gradients(cpu::Workspace& work) {
  if (loss_scale_ == 1) return;
  // As if the loss had been scaled: the optimizer divides by it again.
  for (const cpu::FlatLayout::Block& block : work.plan().gradients().blocks) {
    cpu::scale(block.size, loss_scale_, work.gradients() + block.offset);
  }
}

double Trainer::add_regularizers(cpu::Workspace& work, bool train) {
  double penalty = 0;
  const Graph& graph = work.plan().graph();
  for (const GraphValue& value : graph.values()) {
    if (value.trained && value.variable.regularizer().has_value()) {  // Keras leaves out what is frozen
      penalty += value.variable.regularizer().value(value.variable.view());
    }
  }
  if (!train) return penalty;
  for (const cpu::FlatLayout::Block& block : work.plan().gradients().blocks) {
    const Variable& variable = graph.value(block.value).variable;
    if (variable.regularizer().has_value()) {
      variable.regularizer().add_gradient(variable.view(), work.gradients() + block.offset);
    }
  }
  return penalty;
}

void Trainer::run_batch(const Examples& examples, std::span<const Index> rows, Index count, bool train,
                        cpu::Workspace& work, std::span<const Index> ahead) {
  const cpu::FlushDenormals flush;
  const ThreadTuner::Step step = tuner_.step(train);
  Shape batch = fit_to_input(examples.x.shape(), state().input_shape);
  batch[0] = count;
  const bool in_pieces = work.plan().in_pieces();
  double loss = in_pieces ? run_in_pieces(examples, rows, batch, work, ahead)
                          : run_at_once(examples, rows, batch, train, work, ahead);
  if (train) {
    if (!in_pieces) work.backward();
    loss += add_regularizers(work, true);
    scale_gradients(work);
    options_.optimizer.apply();
    ++state().updates;
  } else {
    loss += add_regularizers(work, false);
  }
  loss_sum_ += loss * static_cast<double>(count);
  loss_count_ += count;
}

void Trainer::make_room(const Examples& examples, Index count, Index output_size) {
  // For targets, and for weights and losses per row: at most one per value of the output.
  const auto values = static_cast<std::size_t>(count * std::max(examples.y.row_size(), output_size));
  if (y_.size() < values) {
    y_.resize(values);
    weights_.resize(values);
    row_loss_.resize(values);
    masked_.resize(values);
  }
  if (examples.sample_weight.has_value()) {
    const auto needed = static_cast<std::size_t>(count * examples.sample_weight.row_size());
    if (weights_.size() < needed) weights_.resize(needed);
  }
}

double Trainer::run_at_once(const Examples& examples, std::span<const Index> rows, const Shape& batch, bool train,
                            cpu::Workspace& work, std::span<const Index> ahead) {
  const Index count = batch[0];
  work.bind(batch);
  make_room(examples, count, work.output_shape().size_from(1));
  gather_inputs(examples, rows, 0, count, work, ahead);
  gather_targets(examples, rows, count);
  if (examples.mask.has_value()) {
    gather_mask(examples.mask, count, work, batch,
                [&](Index i) { return rows.empty() ? i : rows[static_cast<std::size_t>(i)]; });
  }
  work.forward(++steps_, state().weights_version());
  const bool weighted = examples.weighted();
  const bool masked = work.output_mask() != nullptr && options_.loss.has_value();
  const float* weights = nullptr;
  if (options_.loss.has_value() && (weighted || masked)) {
    const LossShape shape = options_.loss.shape(y_shape_, work.output_shape());
    if (weighted) weigh(examples, count, shape);
    if (masked) apply_mask(work, weighted, shape);
    weights = loss_weights(work, weighted, shape);
  }
  const double loss = apply_loss(work, train, weights) + work.penalty();
  update_metrics(work, work.output(), work.output_shape(), weighted);
  return loss;
}

double Trainer::run_in_pieces(const Examples& examples, std::span<const Index> rows, const Shape& batch,
                              cpu::Workspace& work, std::span<const Index> ahead) {
  const Index whole = batch[0], piece = work.plan().piece_of(whole);
  Shape part = batch;
  part[0] = std::min(piece, whole);
  work.bind(part, 0, whole);
  Shape output = work.output_shape();
  output[0] = whole;
  const Index size = output.size_from(1);
  make_room(examples, whole, size);
  if (static_cast<Index>(y_pred_.size()) < whole * size) y_pred_.resize(static_cast<std::size_t>(whole * size));
  gather_targets(examples, rows, whole);
  LossRows all = loss_rows(output, nullptr, true, nullptr);
  all.y_pred = y_pred_.data();
  all.row_loss = row_loss_.data();
  all.y_true_shape = &y_shape_;
  all.y_pred_shape = &output;
  all.scale = options_.loss.scale(all) * options_.loss_weights.value_or(1.0);
  const Index rows_per_sample = all.shape.rows / whole;
  ++steps_;
  for (Index first = 0; first < whole; first += piece) {
    part[0] = std::min(piece, whole - first);
    work.bind(part, first, whole);
    gather_inputs(examples, rows, first, part[0], work, ahead);
    work.forward(steps_, state().weights_version());
    std::copy_n(work.output(), part[0] * size, y_pred_.data() + first * size);
    evaluate_loss(all, first * rows_per_sample, (first + part[0]) * rows_per_sample, work.output_grad());
    work.backward();
  }
  update_metrics(work, y_pred_.data(), output, false);
  return reduce_loss(all, nullptr);
}

void Trainer::update_metrics(const cpu::Workspace& work, const float* y_pred, const Shape& y_pred_shape,
                             bool weighted) {
  const bool masked = work.output_mask() != nullptr && options_.loss.has_value();
  for (Tracked& tracked : metrics_) {
    MetricBatch metric_batch{.y_true = y_.data(),
                             .y_pred = y_pred,
                             .sample_weight = nullptr,
                             .y_true_shape = y_shape_,
                             .y_pred_shape = y_pred_shape,
                             .weight_shape = Shape{}};
    if (tracked.weighted && weighted) {
      metric_batch.sample_weight = weights_.data();
      metric_batch.weight_shape = weights_shape_;
    }
    if (masked) {
      metric_batch.masked_weight = tracked.weighted ? masked_.data() : work.output_mask();
      metric_batch.masked_weight_shape = work.output_mask_shape();
    }
    tracked.metric.update_state(metric_batch);
  }
}

Logs Trainer::run_one_batch(const Examples& examples, bool train, bool reset) {
  examples.check();
  build_model(examples.x);
  if (reset) reset_metrics();
  const Shape batch = fit_to_input(examples.x.shape(), state().input_shape);
  run_batch(examples, {}, examples.count(), train, workspace(train, batch, examples));
  return results();
}

Logs Trainer::evaluate(const Examples& examples, const EvaluateOptions& options, CallbackList* callbacks) {
  examples.check();
  build_model(examples.x);
  const Index n = examples.count();
  const Index batch_size = std::min(n, options.batch_size.value_or(32));
  if (batch_size < 1) throw ValueError(fmt::format("batch_size must be at least 1. Received: {}", batch_size));
  Shape capacity = fit_to_input(examples.x.shape(), state().input_shape);
  capacity[0] = batch_size;
  cpu::Workspace& work = workspace(false, capacity, examples);
  reset_metrics();
  if (callbacks != nullptr) callbacks->on_test_begin();
  Index batch = 0;
  for (Index first = 0; first < n; first += batch_size, ++batch) {
    if (options.steps && batch >= *options.steps) break;
    const bool hooks = callbacks != nullptr && callbacks->wants_batches();
    const Index group = options_.steps_per_execution;
    if (hooks && batch % group == 0) callbacks->on_test_batch_begin(batch);
    const Index count = std::min(batch_size, n - first);
    Examples part = examples;
    part.x = examples.x.slice(first, count);
    part.y = examples.y.slice(first, count);
    if (examples.sample_weight.has_value()) part.sample_weight = examples.sample_weight.slice(first, count);
    if (examples.mask.has_value()) part.mask = examples.mask.slice(first, count);
    run_batch(part, {}, count, false, work);
    const bool last = first + batch_size >= n || (options.steps && batch + 1 >= *options.steps);
    if (hooks && (last || (batch + 1) % group == 0)) callbacks->on_test_batch_end(batch, batch_logs());
    if (options.interrupted && options.interrupted()) break;
  }
  const Logs logs = results();
  if (callbacks != nullptr) callbacks->on_test_end(logs.sorted());
  return logs;
}

Logs Trainer::evaluate(DataSource& source, const EvaluateOptions& options, CallbackList* callbacks) {
  const bool hooks = callbacks != nullptr && callbacks->wants_batches();
  if (callbacks != nullptr) callbacks->on_test_begin();
  source.restart();
  Batch batch;
  cpu::Workspace* work = nullptr;
  Index step = 0;
  for (; (!options.steps || step < *options.steps) && source.next(batch); ++step) {
    const Examples examples{batch.x, batch.y, batch.sample_weight, nullptr, batch.mask};
    examples.check();
    build_model(examples.x);
    const Shape shape = fit_to_input(examples.x.shape(), state().input_shape);
    if (step == 0) reset_metrics();
    if (work == nullptr || !work->plan().fits(shape)) work = &workspace(false, shape, examples);
    if (hooks && step % options_.steps_per_execution == 0) callbacks->on_test_batch_begin(step);
    run_batch(examples, {}, examples.count(), false, *work);
    if (hooks && (step + 1) % options_.steps_per_execution == 0) callbacks->on_test_batch_end(step, batch_logs());
    if (options.interrupted && options.interrupted()) break;
  }
  if (step == 0) throw ValueError("There are no batches to evaluate.");
  if (hooks && step % options_.steps_per_execution != 0) callbacks->on_test_batch_end(step - 1, batch_logs());
  const Logs logs = results();
  if (callbacks != nullptr) callbacks->on_test_end(logs.sorted());
  return logs;
}

}  // namespace wavetrain
