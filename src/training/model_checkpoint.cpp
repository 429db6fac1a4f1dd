#include <filesystem>

#include <fmt/format.h>

#include "training/monitor.hpp"
#include "training/path_format.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/console.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain {
namespace callbacks {
namespace {

bool ends_with(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

class Saver final : public Callback {
 public:
  explicit Saver(const ModelCheckpoint& settings)
      : settings_(settings),
        monitor_("ModelCheckpoint", settings.monitor, settings.mode),
        best_(settings.initial_value_threshold) {}

  bool wants_batches() const override { return settings_.save_freq.batches() > 0; }
  void on_epoch_begin(Index epoch) override { epoch_ = epoch; }

  void on_epoch_end(Index epoch, Logs& logs) override {
    if (settings_.save_freq.batches() == 0) save(epoch, {{"epoch", epoch + 1}}, logs);
  }

  void on_train_batch_end(Index batch, const Logs& logs) override {
    if (settings_.save_freq.batches() == 0) return;
    // Batches may be reported in groups, by the number of the last one.
    seen_ += batch > last_batch_ ? batch - last_batch_ : batch + 1;
    last_batch_ = batch;
    if (seen_ < settings_.save_freq.batches()) return;
    seen_ = 0;
    save(epoch_, {{"epoch", epoch_ + 1}, {"batch", batch + 1}}, logs);
  }

 private:
  void say(const std::string& text) const {
    if (settings_.verbose > 0) print(text);
  }

  bool should_save(Index epoch, const Logs& logs, const std::string& path) {
    if (!settings_.save_best_only) {
      say(fmt::format("\nEpoch {}: saving model to {}\n", epoch + 1, path));
      return true;
    }
    monitor_.resolve(model());
    const std::optional<double> current = monitor_.value(logs, "Can save best model only with");
    if (!current) return true;
    const std::string best = best_ ? fmt::format("{:.5f}", *best_) : "None";
    if (!monitor_.improves(*current, best_)) {
      say(fmt::format("\nEpoch {}: {} did not improve from {}\n", epoch + 1, monitor_.name(), best));
      return false;
    }
    say(fmt::format("\nEpoch {}: {} improved from {} to {:.5f}, saving model to {}\n", epoch + 1, monitor_.name(), best,
                    *current, path));
    best_ = current;
    return true;
  }

  void save(Index epoch, const std::vector<std::pair<std::string, Index>>& numbers, const Logs& logs) {
    const std::string path = format_path(settings_.filepath, numbers, logs);
    if (!should_save(epoch, logs, path)) return;
    if (std::filesystem::is_directory(path)) {
      throw FileError(fmt::format(
          "Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: {}",
          path));
    }
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    std::error_code error;
    if (!folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) throw FileError(fmt::format("Cannot make the folder {}: {}", folder.string(), error.message()));
    if (settings_.save_weights_only) model().save_weights(path);
    else model().save(path);
    say(fmt::format("\nEpoch {}: finished saving model to {}\n", epoch + 1, path));
  }

  ModelCheckpoint settings_;
  Monitor monitor_;
  std::optional<double> best_;
  Index epoch_ = 0;
  Index seen_ = 0;
  Index last_batch_ = -1;
};

}  // namespace

SaveFrequency::SaveFrequency(const std::string& text) {
  if (text != "epoch") {
    throw ValueError(fmt::format("Unrecognized save_freq: {}. Expected save_freq are 'epoch' or integer values", text));
  }
}

SaveFrequency::SaveFrequency(Index batches) : batches_(batches) {
  if (batches <= 0) throw ValueError(fmt::format("save_freq needs at least 1 batch. Received: {}", batches));
}

const Description& ModelCheckpoint::description() {
  using T = ModelCheckpoint;
  static const Description instance = Describe<T>("ModelCheckpoint", "keras.callbacks")
                                          .field("filepath", &T::filepath)
                                          .field("monitor", &T::monitor)
                                          .field("verbose", &T::verbose)
                                          .field("save_best_only", &T::save_best_only)
                                          .field("save_weights_only", &T::save_weights_only)
                                          .field("mode", &T::mode)
                                          .field("save_freq", &T::save_freq)
                                          .field("initial_value_threshold", &T::initial_value_threshold);
  return instance;
}

std::shared_ptr<Callback> ModelCheckpoint::make() const {
  if (save_weights_only && !ends_with(filepath, ".weights.h5")) {
    throw ValueError(
        fmt::format("When using `save_weights_only=True` in `ModelCheckpoint`, the filepath provided must end in "
                    "`.weights.h5` (Keras weights format). Received: filepath={}",
                    filepath));
  }
  if (!save_weights_only && !ends_with(filepath, ".keras") && !ends_with(filepath, ".h5")) {
    throw ValueError(fmt::format(
        "The filepath provided must end in `.keras` (Keras model format). Received: filepath={}", filepath));
  }
  return std::make_shared<Saver>(*this);
}

}  // namespace callbacks

Config Codec<callbacks::SaveFrequency>::to_config(const callbacks::SaveFrequency& value) {
  return value.batches() == 0 ? Config("epoch") : Config(value.batches());
}

callbacks::SaveFrequency Codec<callbacks::SaveFrequency>::from_config(const Config& config) {
  if (config.is_string()) return config.as_string();
  return Codec<Index>::from_config(config);
}

}  // namespace wavetrain
