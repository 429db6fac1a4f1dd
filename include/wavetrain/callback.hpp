// Callbacks: what runs at the edges of epochs and batches, and History (keras.callbacks.Callback of Keras 3.15.1).
//
// Derive from Callback and override the hooks that you need. Hooks run on the thread that called `fit`, in the order of
// the list. Batch hooks cost only when some callback says that it wants them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/config.hpp"
#include "wavetrain/metric.hpp"
#include "wavetrain/optimizer.hpp"

namespace wavetrain {

// Names and values, in alphabetical order as Keras' logs are (evaluate's are in the order of `compile`).
class Logs {
 public:
  using Entry = std::pair<std::string, double>;

  Logs() = default;
  Logs(std::initializer_list<Entry> entries) : entries_(entries) {}

  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  // Null when there is no such value.
  const double* find(std::string_view name) const;
  // Throws IndexError naming what there is.
  double at(std::string_view name) const;
  double operator[](std::string_view name) const { return at(name); }
  // Replaces, or appends.
  void set(std::string_view name, double value);
  // A quantity of several values, one per threshold or class. The entry is their mean, as Keras' progress bar shows it.
  void set(std::string_view name, std::vector<double> values);
  // The values of such a quantity; null for all others.
  const std::vector<double>* values(std::string_view name) const;
  // In alphabetical order.
  Logs sorted() const;

 private:
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::vector<double>>> several_;
};

// What callbacks may do with the model that is being trained. Sequential is one.
class TrainingHost {
 public:
  virtual ~TrainingHost() = default;
  virtual std::vector<Array> get_weights() const = 0;
  virtual void set_weights(const std::vector<Array>& weights) = 0;
  virtual void save(const std::string& path) const = 0;
  virtual void save_weights(const std::string& path) const = 0;
  virtual Optimizer& optimizer() = 0;
  // Whether larger ("up") or smaller values of a logged quantity are better, by its metric; none when it is not known.
  // "val_" names have the direction of the name behind it.
  virtual MetricDirection direction(std::string_view log_name) const = 0;
  // Ends training after this epoch, or after this batch when said in a batch hook.
  virtual void stop_training() = 0;

  // What follows has defaults, for hosts that cannot do it.
  virtual bool built() const { return true; }
  // Throws NotSupported, or what reading the file throws.
  virtual void load_weights(const std::string& path);
  // Makes the `fit` that is about to begin start at another epoch than it was asked for.
  virtual void start_at_epoch(Index /*epoch*/) {}
  // Exchanges the weights with the averages that the optimizer keeps of them; sets the averages to the weights. Throw
  // ValueError unless the optimizer has use_ema.
  virtual void swap_averages();
  virtual void averages_from_weights();
  // Keras' JSON; "" where the program has no file formats.
  virtual std::string to_json() const { return ""; }
  // "sequential/dense/kernel" and its values, of all weights.
  virtual std::vector<std::pair<std::string, Array>> weights_by_path() const { return {}; }
};

// What `fit` was asked for.
struct TrainingParams {
  int verbose = 0;
  Index epochs = 0;
  Index steps = 0;  // per epoch
};

class Callback {
 public:
  virtual ~Callback() = default;

  // Set before the first hook.
  void set_model(TrainingHost* model) { model_ = model; }
  void set_params(const TrainingParams& params) { params_ = params; }

  virtual void on_train_begin() {}
  virtual void on_train_end(const Logs& /*logs*/) {}
  virtual void on_epoch_begin(Index /*epoch*/) {}
  // Values added to `logs` here are seen by the callbacks behind this one and by History.
  virtual void on_epoch_end(Index /*epoch*/, Logs& /*logs*/) {}
  virtual void on_train_batch_begin(Index /*batch*/) {}
  virtual void on_train_batch_end(Index /*batch*/, const Logs& /*logs*/) {}
  virtual void on_test_begin() {}
  virtual void on_test_end(const Logs& /*logs*/) {}
  virtual void on_test_batch_begin(Index /*batch*/) {}
  virtual void on_test_batch_end(Index /*batch*/, const Logs& /*logs*/) {}
  virtual void on_predict_begin() {}
  virtual void on_predict_end() {}
  virtual void on_predict_batch_begin(Index /*batch*/) {}
  virtual void on_predict_batch_end(Index /*batch*/) {}

  // Batch hooks are called for callbacks that return true.
  virtual bool wants_batches() const { return false; }

 protected:
  TrainingHost& model() const { return *model_; }
  const TrainingParams& params() const { return params_; }

 private:
  TrainingHost* model_ = nullptr;
  TrainingParams params_;
};

// The record of a training run: one value per epoch and quantity.
class History : public Callback {
 public:
  void on_train_begin() override;
  void on_epoch_end(Index epoch, Logs& logs) override;

  // Epoch numbers, from 0.
  const std::vector<Index>& epoch() const { return epoch_; }
  // Names, in the order of the logs.
  std::vector<std::string> names() const;
  // Values of one quantity. Throws IndexError for a name that was not recorded.
  const std::vector<double>& operator[](std::string_view name) const;
  bool contains(std::string_view name) const;
  // All values, epoch by epoch, of a quantity that has several; see Logs::values. Throws IndexError for others.
  const std::vector<std::vector<double>>& values(std::string_view name) const;
  const TrainingParams& params() const { return Callback::params(); }

 private:
  std::vector<Index> epoch_;
  std::vector<std::pair<std::string, std::vector<double>>> values_;
  std::vector<std::pair<std::string, std::vector<std::vector<double>>>> several_;
};

// Calls hooks of many callbacks in order.
class CallbackList {
 public:
  CallbackList(std::vector<std::shared_ptr<Callback>> callbacks, TrainingHost* model, const TrainingParams& params);

  bool wants_batches() const { return wants_batches_; }

  void on_train_begin();
  void on_train_end(const Logs& logs);
  void on_epoch_begin(Index epoch);
  void on_epoch_end(Index epoch, Logs& logs);
  void on_train_batch_begin(Index batch);
  void on_train_batch_end(Index batch, const Logs& logs);
  void on_test_begin();
  void on_test_end(const Logs& logs);
  void on_test_batch_begin(Index batch);
  void on_test_batch_end(Index batch, const Logs& logs);
  void on_predict_begin();
  void on_predict_end();
  void on_predict_batch_begin(Index batch);
  void on_predict_batch_end(Index batch);

 private:
  std::vector<std::shared_ptr<Callback>> callbacks_;
  bool wants_batches_ = false;
};

}  // namespace wavetrain
