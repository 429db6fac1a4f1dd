// The epoch loop.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "cpu/pool.hpp"
#include "training/trainer.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

void check_options(const FitOptions& o) {
  const auto at_least = [](const char* name, Index value, Index least) {
    if (value < least)
      throw ValueError(fmt::format("{} must be at least {}. Received: {}={}", name, least, name, value));
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
    throw ValueError(
        fmt::format("Training data contains {} samples, which is not sufficient to split it into a validation and "
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

template <class Feed>
History Trainer::run_epochs(const FitOptions& o, Feed& feed, const std::function<Logs(CallbackList&)>& validate) {
  const int verbose = o.verbose == kVerboseAuto ? 1 : o.verbose;
  auto history = std::make_shared<History>();
  std::vector<std::shared_ptr<Callback>> list = o.callbacks;
  list.push_back(history);
  if (verbose > 0) list.push_back(callbacks::ProgbarLogger{});
  CallbackList callbacks(std::move(list), model_, {.verbose = verbose, .epochs = o.epochs, .steps = feed.steps});
  const auto all_done = [&feed](Index step) { return feed.steps > 0 && step >= feed.steps; };
  const cpu::KeepThreadsHot hot;
  stop_ = false;
  start_at_.reset();
  Logs logs;
  callbacks.on_train_begin();
  bool interrupted = false;
  const Index first = start_at_.value_or(o.initial_epoch);
  start_at_.reset();
  for (Index epoch = first; epoch < o.epochs && !stop_; ++epoch) {
    // Validation and callbacks may have replaced weights or plans.
    feed.begin_epoch();
    reset_metrics();
    callbacks.on_epoch_begin(epoch);
    Index step = 0;
    while (!all_done(step) && !stop_ && feed.ready(step)) {
      if (callbacks.wants_batches()) callbacks.on_train_batch_begin(step);
      const Index group_end = step + options_.steps_per_execution;
      do {
        feed.run();
        ++step;
        if (o.interrupted && o.interrupted()) interrupted = stop_ = true;
      } while (step < group_end && !interrupted && !all_done(step) && feed.ready(step));
      if (callbacks.wants_batches()) callbacks.on_train_batch_end(step - 1, batch_logs());
    }
    if (step == 0 && feed.ran_out) break;
    logs = results().sorted();
    if (interrupted) break;
    if (validate && (epoch + 1) % o.validation_freq == 0) {
      const Logs validated = validate(callbacks);
      for (const auto& [name, value] : validated) {
        if (const std::vector<double>* several = validated.values(name)) logs.set("val_" + name, *several);
        else logs.set("val_" + name, value);
      }
      logs = logs.sorted();
      if (o.interrupted && o.interrupted()) break;
    }
    callbacks.on_epoch_end(epoch, logs);
  }
  options_.optimizer.finalize_variable_values();
  ++state().updates;
  callbacks.on_train_end(logs);
  return *history;
}

namespace {

EvaluateOptions validation_options(const FitOptions& o, Index batch_size) {
  EvaluateOptions options;
  options.batch_size = o.validation_batch_size.value_or(batch_size);
  options.steps = o.validation_steps;
  options.interrupted = o.interrupted;
  return options;
}

}  // namespace

History Trainer::fit(const DataView& x, const DataView& y, const FitOptions& o) {
  check_options(o);
  Examples train{x, y, o.sample_weight, &o.class_weight, o.mask};
  train.check();
  build_model(x);
  Examples validation;
  if (o.validation_data.x.has_value()) {
    validation = {o.validation_data.x, o.validation_data.y, o.validation_data.sample_weight, nullptr,
                  o.validation_data.mask};
    validation.check();
  } else if (o.validation_split > 0) {
    validation = split_off(train, o.validation_split);
  }
  const Index n = train.count();
  const Index batch_size = std::min(
      n, o.batch_size.value_or(o.steps_per_epoch ? (n + *o.steps_per_epoch - 1) / *o.steps_per_epoch : Index{32}));
  Shape capacity = fit_to_input(train.x.shape(), state().input_shape);
  capacity[0] = batch_size;

  // Batches of an array, in a new order in each pass.
  struct Feed {
    Trainer& trainer;
    const Examples& train;
    const FitOptions& o;
    const Shape& capacity;
    Index steps;
    std::vector<Index> order;
    std::uint64_t seed;
    Index position;  // the next sample in `order`; their number: a new pass begins
    Index passes = 0;
    bool ran_out = false;  // never
    cpu::Workspace* work = nullptr;

    void begin_epoch() {
      work = &trainer.workspace(true, capacity, train);
      if (!o.steps_per_epoch) position = train.count();
    }
    bool ready(Index) { return true; }
    void run() {
      const Index n = train.count();
      if (position >= n) {
        position = 0;
        if (o.shuffle) shuffle(order, seed + static_cast<std::uint64_t>(passes));
        ++passes;
      }
      const Index count = std::min(capacity[0], n - position);
      const auto rows = std::span(order).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(count));
      position += count;
      const Index next = std::min(capacity[0], n - position);
      const auto ahead = std::span(order).subspan(static_cast<std::size_t>(position), static_cast<std::size_t>(next));
      trainer.run_batch(train, rows, count, true, *work, ahead);
    }
  };
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  const Index steps = o.steps_per_epoch.value_or((n + batch_size - 1) / batch_size);
  Feed feed{*this, train, o, capacity, steps, std::move(order), o.shuffle ? next_seed() : 0, n};

  const EvaluateOptions options = validation_options(o, batch_size);
  if (o.validation_source) {
    return run_epochs(o, feed,
                      [&](CallbackList& callbacks) { return evaluate(*o.validation_source, options, &callbacks); });
  }
  if (!validation.x.has_value()) return run_epochs(o, feed, {});
  return run_epochs(o, feed, [&](CallbackList& callbacks) { return evaluate(validation, options, &callbacks); });
}

History Trainer::fit(DataSource& source, const FitOptions& o) {
  check_options(o);
  const auto refuse = [](bool given, const char* argument) {
    if (given) {
      throw ValueError(fmt::format("`{}` is only for arrays; a source of batches decides that itself.", argument));
    }
  };
  refuse(o.batch_size.has_value(), "batch_size");
  refuse(o.sample_weight.has_value(), "sample_weight");
  refuse(o.validation_split > 0, "validation_split");

  struct Feed {
    Trainer& trainer;
    DataSource& source;
    const FitOptions& o;
    Index steps;
    Batch batch{};
    bool held = false;      // `batch` is the next one
    bool at_start = false;  // nothing of this pass has been used
    bool ran_out = false;
    cpu::Workspace* work = nullptr;

    void restart() {
      source.restart();
      at_start = true;
      held = source.next(batch);
    }
    void begin_epoch() {
      work = nullptr;
      if (!o.steps_per_epoch && !at_start) restart();
    }
    bool ready(Index step) {
      if (!held && !at_start) held = source.next(batch);
      if (!held && o.steps_per_epoch && !at_start) restart();
      if (!held && (step == 0 || o.steps_per_epoch)) {
        log(LogLevel::warning,
            "Your input ran out of data; interrupting training. Make sure that your source can generate "
            "at least `steps_per_epoch * epochs` batches.");
        ran_out = true;
        trainer.stop();
      }
      return held;
    }
    void run() {
      const Examples examples{batch.x, batch.y, batch.sample_weight, &o.class_weight, batch.mask};
      examples.check();
      const Shape shape = fit_to_input(batch.x.shape(), trainer.state().input_shape);
      if (work == nullptr || !trainer.serves(*work, shape, examples)) work = &trainer.workspace(true, shape, examples);
      trainer.run_batch(examples, {}, examples.count(), true, *work);
      held = at_start = false;
    }
  };
  Feed feed{*this, source, o, o.steps_per_epoch.value_or(source.batches().value_or(0))};
  feed.restart();
  if (!feed.held) throw ValueError("There are no batches to train on.");
  build_model(feed.batch.x);

  const EvaluateOptions options = validation_options(o, 32);
  if (o.validation_source) {
    return run_epochs(o, feed,
                      [&](CallbackList& callbacks) { return evaluate(*o.validation_source, options, &callbacks); });
  }
  if (!o.validation_data.x.has_value()) return run_epochs(o, feed, {});
  const Examples validation{o.validation_data.x, o.validation_data.y, o.validation_data.sample_weight, nullptr,
                            o.validation_data.mask};
  validation.check();
  return run_epochs(o, feed, [&](CallbackList& callbacks) { return evaluate(validation, options, &callbacks); });
}

}  // namespace wavetrain
