// Sequential's side of training: all of it is the trainer's work.
#include <fmt/format.h>

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
  return trainer().run_one_batch({x, y, options.sample_weight, &options.class_weight, options.mask}, true, options.reset_metrics);
}

Logs Sequential::test_on_batch(const DataView& x, const DataView& y, const BatchOptions& options) {
  return trainer().run_one_batch({x, y, options.sample_weight, &options.class_weight, options.mask}, false, options.reset_metrics);
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

}  // namespace wavetrain
