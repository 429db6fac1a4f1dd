// The callbacks that come with the library (keras.callbacks, Keras 3.15.1).
//
//     model.fit(x, y, {.epochs = 100,
//                      .callbacks = {callbacks::EarlyStopping{.patience = 5, .restore_best_weights = true},
//                                    callbacks::ModelCheckpoint{.filepath =
//                                    "best-{epoch:02d}-{val_loss:.2f}.keras"}}});
//
// The structs are the settings; each turns into a shared_ptr<Callback>. Where something can be asked afterwards,
// `make()` gives the callback itself:
//
//     auto stop = callbacks::EarlyStopping{.patience = 5}.make();
//     model.fit(x, y, {.epochs = 100, .callbacks = {stop}});
//     stop->best_epoch();
//
// Monitored values are compared in float32, as Keras does. Mode "auto" takes "loss" to be better when smaller and goes
// by the metric's direction for others; a value without one throws ValueError at the end of the first epoch. What
// `verbose` says is printed (console.hpp); warnings go to the log.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wavetrain/callback.hpp"
#include "wavetrain/describe.hpp"

namespace wavetrain {
namespace callbacks {

// --- EarlyStopping ---------------------------------------------------------------------------------------------------

class EarlyStoppingCallback : public Callback {
 public:
  // The epoch (from 0) at whose end training stopped, 0 when it did not.
  virtual Index stopped_epoch() const = 0;
  virtual Index best_epoch() const = 0;
  virtual std::optional<double> best() const = 0;
  virtual Index wait() const = 0;
};

// Stops when `monitor` has not improved by more than min_delta for `patience` epochs, or has not got better than
// `baseline` for so long. restore_best_weights puts back the weights of the best epoch, however training ended.
struct EarlyStopping {
  std::string monitor = "val_loss";
  double min_delta = 0;
  Index patience = 0;
  Index verbose = 0;
  std::string mode = "auto";  // auto, min, max
  std::optional<double> baseline = {};
  bool restore_best_weights = false;
  Index start_from_epoch = 0;
  static const Description& description();
  std::shared_ptr<EarlyStoppingCallback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT: implicit on purpose
};

// --- ModelCheckpoint -------------------------------------------------------------------------------------------------

// "epoch", or a number of batches.
class SaveFrequency {
 public:
  SaveFrequency(const char* text) : SaveFrequency(std::string(text)) {}  // NOLINT: implicit on purpose
  // Throws ValueError unless it is "epoch".
  SaveFrequency(const std::string& text);                        // NOLINT
  SaveFrequency(int batches) : SaveFrequency(Index{batches}) {}  // NOLINT
  SaveFrequency(Index batches);                                  // NOLINT
  // 0 for every epoch.
  Index batches() const { return batches_; }

 private:
  Index batches_ = 0;
};

// Saves the model, or only its weights, after each epoch or every so many batches, or only when `monitor` is better
// than ever. The path is formatted with epoch (from 1), batch (from 1, when saving by batches) and the logged values as
// Python's str.format does: {epoch:02d}, {val_loss:.2f}. It ends in .keras or .h5, with save_weights_only in
// .weights.h5; ValueError otherwise. Missing folders are made.
struct ModelCheckpoint {
  std::string filepath;
  std::string monitor = "val_loss";
  Index verbose = 0;
  bool save_best_only = false;
  bool save_weights_only = false;
  std::string mode = "auto";
  SaveFrequency save_freq = "epoch";
  std::optional<double> initial_value_threshold = {};
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// --- CSVLogger -------------------------------------------------------------------------------------------------------

// One line per epoch: epoch (from 0) and the values of the first epoch's logs by name; without validation there are
// empty val_ columns (NA). Throws FileError when the file cannot be written.
struct CSVLogger {
  std::string filename;
  std::string separator = ",";
  bool append = false;
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// --- Learning rates --------------------------------------------------------------------------------------------------

// Multiplies the learning rate by `factor` when `monitor` has not improved for `patience` epochs, then waits
// `cooldown`. Logs learning_rate.
struct ReduceLROnPlateau {
  std::string monitor = "val_loss";
  double factor = 0.1;
  Index patience = 10;
  Index verbose = 0;
  std::string mode = "auto";
  double min_delta = 1e-4;
  Index cooldown = 0;
  double min_lr = 0.0;
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// Sets the learning rate to schedule(epoch, present learning rate) before each epoch. Logs learning_rate.
struct LearningRateScheduler {
  std::function<double(Index epoch, double learning_rate)> schedule;
  Index verbose = 0;
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// --- What survives a crash
// ---------------------------------------------------------------------------------------------

// Saves weights, the optimizer's state and the epoch into `backup_dir` after each epoch or every so many batches, and
// goes on from there when training is started again with the same folder; the folder is removed when training ends.
// With double_checkpoint the backup before the last is kept until the new one is whole. The model must be built before
// `fit` (ValueError), and compiled with the same optimizer.
struct BackupAndRestore {
  std::string backup_dir;
  SaveFrequency save_freq = "epoch";
  bool double_checkpoint = false;
  bool delete_checkpoint = true;
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// --- Averaged weights
// --------------------------------------------------------------------------------------------------

// Puts the optimizer's averages (use_ema) into the model while it is evaluated or predicts, and back afterwards (Keras
// 3.15.1 does not put them back after predict); with swap_on_epoch also from the end of an epoch to the beginning of
// the next, so that checkpoints hold them. Comes before ModelCheckpoint in the list then.
struct SwapEMAWeights {
  bool swap_on_epoch = false;
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// --- TensorBoard
// -------------------------------------------------------------------------------------------------------

// "epoch", "batch", or a number of batches.
class UpdateFrequency {
 public:
  UpdateFrequency(const char* text) : UpdateFrequency(std::string(text)) {}  // NOLINT: implicit on purpose
  UpdateFrequency(const std::string& text);                                  // NOLINT
  UpdateFrequency(int batches) : UpdateFrequency(Index{batches}) {}          // NOLINT
  UpdateFrequency(Index batches);                                            // NOLINT
  // 0 for every epoch.
  Index batches() const { return batches_; }

 private:
  Index batches_ = 0;
};

// Writes event files for TensorBoard into log_dir/train and log_dir/validation: epoch_NAME of every log and of the
// learning rate, evaluation_NAME_vs_iterations, with update_freq also batch_NAME; every histogram_freq epochs the
// histogram of each weight, with write_images its picture too; the model as JSON (write_graph), where wavetrain::files
// is linked. profile_batch and embeddings_freq are refused unless 0.
struct TensorBoard {
  std::string log_dir = "logs";
  Index histogram_freq = 0;
  bool write_graph = true;
  bool write_images = false;
  bool write_steps_per_second = false;
  UpdateFrequency update_freq = "epoch";
  Index profile_batch = 0;
  Index embeddings_freq = 0;
  std::optional<std::string> embeddings_metadata = {};
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// --- Others ----------------------------------------------------------------------------------------------------------

// Stops, or throws Error, at the first batch whose loss is NaN or infinite.
struct TerminateOnNaN {
  bool raise_error = false;
  static const Description& description();
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// Any hooks as functions; those left empty do nothing.
struct LambdaCallback {
  std::function<void(Index epoch)> on_epoch_begin = {};
  std::function<void(Index epoch, Logs& logs)> on_epoch_end = {};
  std::function<void()> on_train_begin = {};
  std::function<void(const Logs& logs)> on_train_end = {};
  std::function<void(Index batch)> on_train_batch_begin = {};
  std::function<void(Index batch, const Logs& logs)> on_train_batch_end = {};
  std::function<void()> on_test_begin = {};
  std::function<void(const Logs& logs)> on_test_end = {};
  std::function<void(Index batch)> on_test_batch_begin = {};
  std::function<void(Index batch, const Logs& logs)> on_test_batch_end = {};
  std::function<void()> on_predict_begin = {};
  std::function<void()> on_predict_end = {};
  std::function<void(Index batch)> on_predict_batch_begin = {};
  std::function<void(Index batch)> on_predict_batch_end = {};
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

// The progress bar of `fit`, `evaluate` and `predict`, which put it last in the list when verbose is not 0. On a
// terminal verbose 1 is Keras' bar; into anything else, and with verbose 2, it is one line per epoch.
struct ProgbarLogger {
  std::shared_ptr<Callback> make() const;
  operator std::shared_ptr<Callback>() const { return make(); }  // NOLINT
};

}  // namespace callbacks

template <>
struct Codec<callbacks::SaveFrequency> {
  static std::string type() { return "'epoch' or int"; }
  static Config to_config(const callbacks::SaveFrequency& value);
  static callbacks::SaveFrequency from_config(const Config& config);
};

template <>
struct Codec<callbacks::UpdateFrequency> {
  static std::string type() { return "'epoch', 'batch' or int"; }
  static Config to_config(const callbacks::UpdateFrequency& value);
  static callbacks::UpdateFrequency from_config(const Config& config);
};

// Makes one of the described callbacks from {"class_name": ..., "config": {...}}. Throws ValueError for an unknown
// class, NotSupported for RemoteMonitor and OrbaxCheckpoint.
std::shared_ptr<Callback> callback_from_config(const Config& config);
// The descriptions of those callbacks.
std::vector<const Description*> callback_descriptions();

}  // namespace wavetrain
