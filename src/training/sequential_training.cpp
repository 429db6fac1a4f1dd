// Sequential's side of training: all of it is the trainer's work.
#include <fmt/format.h>

#include <algorithm>

#include "training/trainer.hpp"
#include "wavetrain/callbacks.hpp"

namespace wavetrain {

void Sequential::compile(CompileOptions options) {
  auto trainer = std::make_unique<Trainer>(*this, std::move(options));
  // Layers may have been frozen or unfrozen since.
  if (built()) state_->lower(state_->input_shape);
  state_->trainer = std::move(trainer);
}

bool Sequential::compiled() const { return state_->trainer != nullptr; }

Trainer& Sequential::trainer() const {
  if (state_->trainer == nullptr) throw ValueError("You must call `compile()` before using the model.");
  state_->trainer->set_model(const_cast<Sequential&>(*this));
  return *state_->trainer;
}

const CompileOptions& Sequential::compile_options() const { return trainer().options(); }
Optimizer& Sequential::optimizer() { return trainer().optimizer(); }

Optimizer& Sequential::built_optimizer() {
  if (!built()) throw ValueError(fmt::format("Model '{}' is not built.", name()));
  trainer().build_optimizer();
  return optimizer();
}

History Sequential::fit(const DataView& x, const DataView& y, const FitOptions& options) {
  return trainer().fit(x, y, options);
}

Logs Sequential::evaluate(const DataView& x, const DataView& y, const EvaluateOptions& options) {
  std::vector<std::shared_ptr<Callback>> list = options.callbacks;
  const TrainingParams params = progress_params(options.verbose, x, options.batch_size, options.steps);
  if (params.verbose > 0) list.push_back(callbacks::ProgbarLogger{});
  CallbackList callbacks(std::move(list), this, params);
  return trainer().evaluate({x, y, options.sample_weight, nullptr, options.mask}, options, &callbacks);
}

Logs Sequential::train_on_batch(const DataView& x, const DataView& y, const BatchOptions& options) {
  return trainer().run_one_batch({x, y, options.sample_weight, &options.class_weight, options.mask}, true,
                                 options.reset_metrics);
}

Logs Sequential::test_on_batch(const DataView& x, const DataView& y, const BatchOptions& options) {
  return trainer().run_one_batch({x, y, options.sample_weight, &options.class_weight, options.mask}, false,
                                 options.reset_metrics);
}

void Sequential::reset_metrics() { trainer().reset_metrics(); }

void Sequential::begin_training() { trainer().stop(false); }
bool Sequential::stop_requested() const { return trainer().stopped(); }

void Sequential::finish_training() {
  optimizer().finalize_variable_values();
  ++state_->updates;
}

MetricDirection Sequential::direction(std::string_view log_name) const { return trainer().direction(log_name); }
void Sequential::stop_training() { trainer().stop(); }
void Sequential::start_at_epoch(Index epoch) { trainer().start_at(epoch); }

void Sequential::swap_averages() {
  optimizer().swap_averages();
  ++state_->updates;
}

void Sequential::averages_from_weights() { optimizer().averages_from_weights(); }

std::vector<std::pair<std::string, Array>> Sequential::weights_by_path() const {
  std::vector<std::pair<std::string, Array>> result;
  for (const Layer& layer : layers()) {
    for (const Variable& variable : layer.variables()) {
      result.emplace_back(path_of(name(), layer, variable), variable.value());
    }
  }
  return result;
}

History Sequential::fit(DataSource& source, const FitOptions& options) { return trainer().fit(source, options); }

Logs Sequential::evaluate(DataSource& source, const EvaluateOptions& options) {
  std::vector<std::shared_ptr<Callback>> list = options.callbacks;
  const int verbose = options.verbose == kVerboseAuto ? 1 : options.verbose;
  if (verbose > 0) list.push_back(callbacks::ProgbarLogger{});
  const Index steps = options.steps.value_or(source.batches().value_or(0));
  CallbackList callbacks(std::move(list), this, {.verbose = verbose, .epochs = 1, .steps = steps});
  return trainer().evaluate(source, options, &callbacks);
}

Array Sequential::predict(DataSource& source, const PredictOptions& options) const {
  PredictOptions one = options;
  one.batch_size.reset();
  one.steps.reset();
  one.callbacks.clear();
  one.verbose = 0;
  std::vector<std::shared_ptr<Callback>> list = options.callbacks;
  const int verbose = options.verbose == kVerboseAuto ? 1 : options.verbose;
  if (verbose > 0) list.push_back(callbacks::ProgbarLogger{});
  CallbackList callbacks(
      std::move(list), const_cast<Sequential*>(this),
      {.verbose = verbose, .epochs = 1, .steps = options.steps.value_or(source.batches().value_or(0))});
  callbacks.on_predict_begin();
  std::vector<float> values;
  Shape shape;
  source.restart();
  Batch batch;
  for (Index step = 0; (!options.steps || step < *options.steps) && source.next(batch); ++step) {
    if (callbacks.wants_batches()) callbacks.on_predict_batch_begin(step);
    one.batch_size = std::max<Index>(batch.x.rows(), 1);
    const Array part = predict(batch.x, one);
    if (shape.rank() > 0 && !(part.shape().without_first() == shape.without_first())) {
      throw ValueError(fmt::format("Batches of a source must give predictions of one shape. Received: {} after {}",
                                   to_string(part.shape()), to_string(shape)));
    }
    const Index before = shape.rank() == 0 ? 0 : shape[0];
    shape = part.shape();
    shape[0] += before;
    values.insert(values.end(), part.begin(), part.end());
    if (callbacks.wants_batches()) callbacks.on_predict_batch_end(step);
    if (options.interrupted && options.interrupted()) break;
  }
  callbacks.on_predict_end();
  if (shape.rank() == 0) throw ValueError("There are no batches to predict.");
  return Array(shape, std::span<const float>(values));
}

}  // namespace wavetrain
