// The epoch loop.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "cpu/pool.hpp"
#include "training/trainer.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

void check_options(const FitOptions& o) {
  const auto at_least = [](const char* name, Index value, Index least) {
    if (value < least) throw ValueError(fmt::format("{} must be at least {}. Received: {}={}", name, least, name, value));
  };
  if (o.batch_size) at_least("batch_size", *o.batch_size, 1);
  if (o.steps_per_epoch) at_least("steps_per_epoch", *o.steps_per_epoch, 1);
  if (o.validation_steps) at_least("validation_steps", *o.validation_steps, 1);
  if (o.validation_batch_size) at_least("validation_batch_size", *o.validation_batch_size, 1);
  at_least("validation_freq", o.validation_freq, 1);
  at_least("epochs", o.epochs, 0);
  at_least("initial_epoch", o.initial_epoch, 0);
  if (!(o.validation_split >= 0 && o.validation_split < 1)) {
    throw ValueError(fmt::format("validation_split must be between 0 and 1. Received: validation_split={}",
                                 to_text(o.validation_split)));
  }
}

void shuffle(std::vector<Index>& order, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  }
}

// Cuts `train` into what is trained on and its last part, which is validated on.
Examples split_off(Examples& train, double fraction) {
  const Index n = train.count();
  const auto split = static_cast<Index>(std::floor(static_cast<double>(n) * (1.0 - fraction)));
  if (split == 0 || split == n) {
    throw ValueError(fmt::format("Training data contains {} samples, which is not sufficient to split it into a validation and "
                                 "training set as specified by `validation_split={}`. Either provide more data, or a different "
                                 "value for the `validation_split` argument.",
                                 n, to_text(fraction)));
  }
  Examples validation = train;
  validation.class_weight = nullptr;
  const auto cut = [&](DataView Examples::*part) {
    if (!(train.*part).has_value()) return;
    validation.*part = (train.*part).slice(split, n - split);
    train.*part = (train.*part).slice(0, split);
  };
  cut(&Examples::x);
  cut(&Examples::y);
  cut(&Examples::sample_weight);
  cut(&Examples::mask);
  return validation;
}

}  // namespace

History Trainer::fit(const DataView& x, const DataView& y, const FitOptions& o) {
  check_options(o);
  Examples train{x, y, o.sample_weight, &o.class_weight, o.mask};
  train.check();
  build_model(x);
  Examples validation;
  if (o.validation_data.x.has_value()) {
    validation = {o.validation_data.x, o.validation_data.y, o.validation_data.sample_weight, nullptr, o.validation_data.mask};
    validation.check();
  } else if (o.validation_split > 0) {
    validation = split_off(train, o.validation_split);
  }
  const Index n = train.count();
  const Index batch_size = std::min(
      n, o.batch_size.value_or(o.steps_per_epoch ? (n + *o.steps_per_epoch - 1) / *o.steps_per_epoch : Index{32}));
  const Index steps = o.steps_per_epoch.value_or((n + batch_size - 1) / batch_size);
  const int verbose = o.verbose == kVerboseAuto ? 1 : o.verbose;

  auto history = std::make_shared<History>();
  std::vector<std::shared_ptr<Callback>> list = o.callbacks;
  list.push_back(history);
  if (verbose > 0) list.push_back(callbacks::ProgbarLogger{});
  CallbackList callbacks(std::move(list), model_, {.verbose = verbose, .epochs = o.epochs, .steps = steps});

  Shape capacity = fit_to_input(train.x.shape(), state().input_shape);
  capacity[0] = batch_size;
  const cpu::KeepThreadsHot hot;
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  const std::uint64_t seed = o.shuffle ? next_seed() : 0;
  Index position = n;  // the next sample in `order`; n: a new pass begins
  Index passes = 0;
  stop_ = false;
  Logs logs;
  callbacks.on_train_begin();
  bool interrupted = false;
  for (Index epoch = o.initial_epoch; epoch < o.epochs && !stop_; ++epoch) {
    // Validation and callbacks may have replaced weights or plans.
    cpu::Workspace& work = workspace(true, capacity, train.mask.has_value());
    reset_metrics();
    callbacks.on_epoch_begin(epoch);
    if (!o.steps_per_epoch) position = n;
    for (Index step = 0; step < steps && !stop_; ++step) {
      if (position >= n) {
        position = 0;
        if (o.shuffle) shuffle(order, seed + static_cast<std::uint64_t>(passes));
        ++passes;
      }
      const Index count = std::min(batch_size, n - position);
      if (callbacks.wants_batches()) callbacks.on_train_batch_begin(step);
      run_batch(train, std::span(order).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(count)), count,
                true, work);
      position += count;
      if (callbacks.wants_batches()) callbacks.on_train_batch_end(step, batch_logs());
      if (o.interrupted && o.interrupted()) interrupted = stop_ = true;
    }
    logs = results().sorted();
    if (interrupted) break;
    if (validation.x.has_value() && (epoch + 1) % o.validation_freq == 0) {
      EvaluateOptions options;
      options.batch_size = o.validation_batch_size.value_or(batch_size);
      options.steps = o.validation_steps;
      options.interrupted = [&] { return interrupted = o.interrupted && o.interrupted(); };
      for (const auto& [name, value] : evaluate(validation, options, &callbacks)) logs.set("val_" + name, value);
      logs = logs.sorted();
      if (interrupted) break;
    }
    callbacks.on_epoch_end(epoch, logs);
  }
  options_.optimizer.finalize_variable_values();
  ++state().updates;
  callbacks.on_train_end(logs);
  return *history;
}

}  // namespace wavetrain
