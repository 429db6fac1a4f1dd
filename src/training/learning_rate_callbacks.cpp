// ReduceLROnPlateau and LearningRateScheduler.
#include <algorithm>

#include <fmt/format.h>

#include "training/monitor.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/console.hpp"

namespace wavetrain::callbacks {
namespace {

// What Keras reads back from its float32 variable.
double rate_of(TrainingHost& model) { return static_cast<float>(model.optimizer().learning_rate()); }

class Reducer final : public Callback {
 public:
  explicit Reducer(const ReduceLROnPlateau& settings)
      : settings_(settings), monitor_("ReduceLROnPlateau", settings.monitor, settings.mode, settings.min_delta) {}

  void on_train_begin() override {
    best_.reset();
    cooldown_ = 0;
    wait_ = 0;
  }

  void on_epoch_end(Index epoch, Logs& logs) override {
    monitor_.resolve(model());
    logs.set("learning_rate", rate_of(model()));
    const std::optional<double> current = monitor_.value(logs, "Learning rate reduction is conditioned on metric");
    if (!current) return;
    if (cooldown_ > 0) {
      --cooldown_;
      wait_ = 0;
    }
    if (monitor_.improves(*current, best_)) {
      best_ = *current;
      wait_ = 0;
    } else if (cooldown_ == 0 && ++wait_ >= settings_.patience) {
      reduce(epoch);
    }
  }

 private:
  void reduce(Index epoch) {
    const double rate = rate_of(model());
    if (static_cast<float>(rate) <= static_cast<float>(settings_.min_lr)) return;
    const double reduced = std::max(rate * settings_.factor, settings_.min_lr);
    model().optimizer().set_learning_rate(reduced);
    if (settings_.verbose > 0) {
      print(fmt::format("\nEpoch {}: ReduceLROnPlateau reducing learning rate to {}.\n", epoch + 1, to_text(reduced)));
    }
    cooldown_ = settings_.cooldown;
    wait_ = 0;
  }

  ReduceLROnPlateau settings_;
  Monitor monitor_;
  std::optional<double> best_;
  Index cooldown_ = 0;
  Index wait_ = 0;
};

class Scheduler final : public Callback {
 public:
  explicit Scheduler(const LearningRateScheduler& settings) : settings_(settings) {}

  void on_epoch_begin(Index epoch) override {
    const double rate = settings_.schedule(epoch, rate_of(model()));
    model().optimizer().set_learning_rate(rate);
    if (settings_.verbose > 0) {
      print(fmt::format("\nEpoch {}: LearningRateScheduler setting learning rate to {}.\n", epoch + 1, to_text(rate)));
    }
  }

  void on_epoch_end(Index, Logs& logs) override { logs.set("learning_rate", rate_of(model())); }

 private:
  LearningRateScheduler settings_;
};

}  // namespace

const Description& ReduceLROnPlateau::description() {
  using T = ReduceLROnPlateau;
  static const Description instance =
      Describe<T>("ReduceLROnPlateau", "keras.callbacks")
          .field("monitor", &T::monitor)
          .field("factor", &T::factor,
                 [](const Config& value) -> std::string { return value.as_double() < 1 ? "" : "a factor < 1.0"; })
          .field("patience", &T::patience)
          .field("verbose", &T::verbose)
          .field("mode", &T::mode)
          .field("min_delta", &T::min_delta)
          .field("cooldown", &T::cooldown)
          .field("min_lr", &T::min_lr);
  return instance;
}

std::shared_ptr<Callback> ReduceLROnPlateau::make() const {
  description().validate(this);
  return std::make_shared<Reducer>(*this);
}

std::shared_ptr<Callback> LearningRateScheduler::make() const {
  if (!schedule) throw ValueError("LearningRateScheduler needs a `schedule` function.");
  return std::make_shared<Scheduler>(*this);
}

}  // namespace wavetrain::callbacks
