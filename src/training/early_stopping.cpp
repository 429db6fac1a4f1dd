#include <fmt/format.h>

#include "training/monitor.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/console.hpp"

namespace wavetrain::callbacks {
namespace {

class Stopper final : public EarlyStoppingCallback {
 public:
  explicit Stopper(const EarlyStopping& settings)
      : settings_(settings), monitor_("EarlyStopping", settings.monitor, settings.mode, settings.min_delta) {}

  void on_train_begin() override {
    wait_ = 0;
    stopped_epoch_ = 0;
    best_epoch_ = 0;
    best_.reset();
    best_weights_.reset();
  }

  void on_epoch_end(Index epoch, Logs& logs) override {
    monitor_.resolve(model());
    const std::optional<double> current = monitor_.value(logs, "Early stopping conditioned on metric");
    if (!current || epoch < settings_.start_from_epoch) return;
    // Should nothing ever improve, there is still something to restore.
    if (settings_.restore_best_weights && !best_weights_) keep(epoch);
    ++wait_;
    if (monitor_.improves(*current, best_)) {
      best_ = *current;
      best_epoch_ = epoch;
      if (settings_.restore_best_weights) keep(epoch);
      if (!settings_.baseline || monitor_.improves(*current, settings_.baseline)) wait_ = 0;
      return;
    }
    if (wait_ >= settings_.patience && epoch > 0) {
      stopped_epoch_ = epoch;
      model().stop_training();
    }
  }

  void on_train_end(const Logs&) override {
    if (stopped_epoch_ > 0 && settings_.verbose > 0)
      print(fmt::format("Epoch {}: early stopping\n", stopped_epoch_ + 1));
    if (!best_weights_) return;
    if (settings_.verbose > 0) {
      print(fmt::format("Restoring model weights from the end of the best epoch: {}.\n", best_epoch_ + 1));
    }
    model().set_weights(*best_weights_);
  }

  Index stopped_epoch() const override { return stopped_epoch_; }
  Index best_epoch() const override { return best_epoch_; }
  std::optional<double> best() const override { return best_; }
  Index wait() const override { return wait_; }

 private:
  void keep(Index epoch) {
    best_weights_ = model().get_weights();
    best_epoch_ = epoch;
  }

  EarlyStopping settings_;
  Monitor monitor_;
  Index wait_ = 0;
  Index stopped_epoch_ = 0;
  Index best_epoch_ = 0;
  std::optional<double> best_;
  std::optional<std::vector<Array>> best_weights_;
};

}  // namespace

const Description& EarlyStopping::description() {
  using T = EarlyStopping;
  static const Description instance = Describe<T>("EarlyStopping", "keras.callbacks")
                                          .field("monitor", &T::monitor)
                                          .field("min_delta", &T::min_delta)
                                          .field("patience", &T::patience)
                                          .field("verbose", &T::verbose)
                                          .field("mode", &T::mode)
                                          .field("baseline", &T::baseline)
                                          .field("restore_best_weights", &T::restore_best_weights)
                                          .field("start_from_epoch", &T::start_from_epoch);
  return instance;
}

std::shared_ptr<EarlyStoppingCallback> EarlyStopping::make() const {
  description().validate(this);
  return std::make_shared<Stopper>(*this);
}

}  // namespace wavetrain::callbacks
