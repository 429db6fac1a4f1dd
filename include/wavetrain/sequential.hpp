// Sequential: a stack of layers that trains, predicts, saves and loads, as keras.Sequential of Keras 3.15.1.
//
//     Sequential model{layers::Conv1D{.filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {100, 1}},
//                      layers::Flatten{}, layers::Dense{.units = 1, .activation = "sigmoid"}};
//     model.compile({.optimizer = "adam", .loss = "binary_crossentropy", .metrics = {"accuracy"}});
//     History history = model.fit(x, y, {.epochs = 10});
//     Array p = model.predict(x);
//
// Data is (samples, ...) of any number type; a series set is (samples, timesteps, features). Errors are those of
// error.hpp, in Keras' wording where it has one. One thread at a time may change a model (compile, fit, set_weights,
// add …); `predict` is const and may run in many threads at once.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/callback.hpp"
#include "wavetrain/data_source.hpp"
#include "wavetrain/layer.hpp"
#include "wavetrain/layers/input.hpp"
#include "wavetrain/losses.hpp"
#include "wavetrain/metrics.hpp"
#include "wavetrain/optimizer.hpp"

namespace wavetrain {

// What `verbose` may be: 0 silent, 1 a progress bar, 2 one line per epoch; automatic is 1.
inline constexpr int kVerboseAuto = -1;

// Asked after every batch; true ends the call at once. The model stays usable, and `fit` still runs on_train_end, but
// not what would follow at the end of the epoch.
using Interrupted = std::function<bool()>;

struct CompileOptions {
  Optimizer optimizer = "rmsprop";
  Loss loss{};
  std::optional<double> loss_weights{};
  std::vector<Metric> metrics{};           // never weighted
  std::vector<Metric> weighted_metrics{};  // see sample_weight and class_weight
  // How Keras runs things, which changes no number here; kept for files.
  bool run_eagerly = false;
  // Batch hooks of callbacks run once for so many batches, with the number of the first and of the last one.
  Index steps_per_execution = 1;
  std::optional<bool> jit_compile{};  // none: "auto"
  bool auto_scale_loss = true;        // only for half precision
};

struct ValidationData {
  DataView x{};
  DataView y{};
  DataView sample_weight{};
  DataView mask{};
};

struct FitOptions {
  std::optional<Index> batch_size{};  // 32
  Index epochs = 1;                   // the number of the last epoch: initial_epoch .. epochs-1 are run
  int verbose = kVerboseAuto;
  std::vector<std::shared_ptr<Callback>> callbacks{};
  double validation_split = 0.0;     // the last part of the data, before shuffling
  ValidationData validation_data{};  // wins over validation_split
  bool shuffle = true;
  std::map<Index, double> class_weight{};
  DataView sample_weight{};  // (samples) or, for sequences, (samples, steps)
  Index initial_epoch = 0;
  std::optional<Index> steps_per_epoch{};
  std::optional<Index> validation_steps{};
  std::optional<Index> validation_batch_size{};  // batch_size
  Index validation_freq = 1;                     // every so many epochs
  Interrupted interrupted{};
  // (samples, steps), nonzero where a step of x counts; what is at the others is read as zeros. The mask goes to the
  // first layer and on from there, as if a Masking layer had made it. Keras has no such argument.
  DataView mask{};
  std::shared_ptr<DataSource> validation_source{};  // wins over validation_data
};

struct EvaluateOptions {
  std::optional<Index> batch_size{};
  int verbose = 0;  // Keras draws a bar here; a library call does not
  DataView sample_weight{};
  std::optional<Index> steps{};
  std::vector<std::shared_ptr<Callback>> callbacks{};
  Interrupted interrupted{};
  DataView mask{};  // as in FitOptions
};

struct PredictOptions {
  std::optional<Index> batch_size{};
  int verbose = 0;  // Keras draws a bar here; a library call does not
  std::optional<Index> steps{};
  std::vector<std::shared_ptr<Callback>> callbacks{};
  Interrupted interrupted{};
  DataView mask{};  // as in FitOptions
};

// The mask of series of these lengths in rows of `steps`: 1 for the first length steps of each. Throws ValueError for
// lengths outside [0, steps].
Array mask_of_lengths(const std::vector<Index>& lengths, Index steps);

// What does not belong to a sample: settings of `train_on_batch`.
struct BatchOptions {
  DataView sample_weight{};
  std::map<Index, double> class_weight{};
  bool reset_metrics = true;  // false: what is returned covers all batches since the last reset
  DataView mask{};            // as in FitOptions
};

struct SummaryOptions {
  int line_length = 0;  // 0: the terminal's width, at most 88
  bool expand_nested = false;
  bool show_trainable = false;
};

class Trainer;

class Sequential : public TrainingHost {
 public:
  // An entry of the list that a model is made from: a layer, or the shape of its input.
  class Entry {
   public:
    template <LayerDefinition T>
    Entry(T layer) : value_(Layer(std::move(layer))) {}       // NOLINT: implicit on purpose
    Entry(Layer layer) : value_(std::move(layer)) {}          // NOLINT
    Entry(layers::Input input) : value_(std::move(input)) {}  // NOLINT

    // Null when it is of the other kind.
    const Layer* layer() const { return std::get_if<Layer>(&value_); }
    const layers::Input* input() const { return std::get_if<layers::Input>(&value_); }

   private:
    friend class Sequential;
    std::variant<Layer, layers::Input> value_;
  };

  // Throws what `add` throws.
  Sequential(std::initializer_list<Entry> entries = {}, std::string name = "");
  explicit Sequential(const std::vector<Entry>& entries, std::string name = "");
  Sequential(Sequential&&) noexcept;
  Sequential& operator=(Sequential&&) noexcept;
  ~Sequential() override;

  // --- Structure -----------------------------------------------------------------------------------------------------

  // Throws ValueError for a second layer of the same name, a second Input, or a layer that cannot take the output
  // before it; the model is then as before.
  void add(const Entry& entry);
  // Removes the last layer and returns it. Throws IndexError when there is none.
  Layer pop();
  // Makes the weights for inputs of this shape, the batch first (None where it may vary). `fit` and `predict` do it
  // with the shape of the data when no Input says it. Throws ValueError when an Input says otherwise.
  void build(const Shape& input_shape);
  bool built() const override;

  const std::string& name() const;
  const std::vector<Layer>& layers() const;
  // By name, or by position (negative from the end). Throws ValueError listing the layers.
  Layer get_layer(const std::string& name) const;
  Layer get_layer(Index index) const;
  // With the batch first; rank 0 before the model is built.
  const Shape& input_shape() const;
  const Shape& output_shape() const;
  // One shape, or those of all outputs of a last layer with return_state or merge_mode None; the first is
  // output_shape(). Such a model predicts (predict_outputs), saves and loads. fit, evaluate, predict and Predictor
  // throw NotSupported or ValueError: it is trained without that option, and takes over the weights, which are the
  // same.
  std::vector<Shape> output_shapes() const;
  // Freezes or unfreezes every layer. Takes effect with the next `compile`.
  void set_trainable(bool trainable);
  // Sets the states of all stateful recurrent layers to zeros. Until then they go on from batch to batch, through fit,
  // evaluate and predict, which then must not run at the same time.
  void reset_states();

  // --- Weights -------------------------------------------------------------------------------------------------------

  // Layer by layer; in each the trainable ones first.
  std::vector<Variable> variables() const;
  std::vector<Array> get_weights() const override;
  // Throws ValueError when number or shapes differ.
  void set_weights(const std::vector<Array>& weights) override;
  Index count_params() const;

  // --- Training ------------------------------------------------------------------------------------------------------

  void compile(CompileOptions options);
  bool compiled() const;
  const CompileOptions& compile_options() const;
  // Throws ValueError when the model is not compiled.
  Optimizer& optimizer() override;

  History fit(const DataView& x, const DataView& y, const FitOptions& options = {});
  // The same with data that comes batch by batch. A pass ends where the source ends, or with steps_per_epoch, which
  // goes on with the same pass in the next epoch. batch_size, shuffle, sample_weight and validation_split are for
  // arrays: ValueError. When the source has no data for an epoch, or less than steps_per_epoch, training ends with a
  // warning.
  History fit(DataSource& source, const FitOptions& options = {});
  Logs evaluate(DataSource& source, const EvaluateOptions& options = {});
  Array predict(DataSource& source, const PredictOptions& options = {}) const;
  // The loss, then the metrics in the order of `compile`.
  Logs evaluate(const DataView& x, const DataView& y, const EvaluateOptions& options = {});
  // For this batch alone unless options say otherwise: metrics are reset before.
  Logs train_on_batch(const DataView& x, const DataView& y, const BatchOptions& options = {});
  Logs test_on_batch(const DataView& x, const DataView& y, const BatchOptions& options = {});

  // Starts the metrics anew, for batches that are counted together.
  void reset_metrics();
  // For loops of one's own over batches, what `fit` does at its beginning and its end: an earlier stop_training is
  // forgotten; averaged weights take their place.
  void begin_training();
  void finish_training();
  bool stop_requested() const;

  // --- Prediction ----------------------------------------------------------------------------------------------------

  Array predict(const DataView& x, const PredictOptions& options = {}) const;
  // Fills `out`, of the shape that `predict` returns. Allocates nothing once a batch of this size has been seen.
  void predict(const DataView& x, const View& out, const PredictOptions& options = {}) const;
  Array predict_on_batch(const DataView& x) const;
  // What `predict` gives, of every output; of a model with one output, a list of one.
  std::vector<Array> predict_outputs(const DataView& x, const PredictOptions& options = {}) const;
  // The model as a function of one batch, as Keras' model(x, training=...). In training, dropout drops and moving
  // averages change. Builds the model when it is not built yet.
  Array call(const DataView& x, bool training = false);
  // The shape that `predict` returns for data of shape `x`.
  Shape compute_output_shape(const Shape& x) const;

  // --- Text and files ------------------------------------------------------------------------------------------------

  // Keras' table.
  std::string summary(const SummaryOptions& options = {}) const;
  // Keras' get_config(): name, layers, build_input_shape.
  Config config() const;
  // Throws ValueError naming the layer and option that cannot be used.
  static Sequential from_config(const Config& config);

  // The optimizer's state, made if it is not there yet: for files. Throws ValueError when the model is not compiled or
  // not built.
  Optimizer& built_optimizer();

  // Writes a .keras file, or .weights.h5. Needs wavetrain::files (files/keras_model.hpp reads them); throws
  // NotSupported in a program without it, FileError when the file cannot be written.
  void save(const std::string& path) const override;
  void save_weights(const std::string& path) const override;

  // --- For callbacks
  // ---------------------------------------------------------------------------------------------------

  MetricDirection direction(std::string_view log_name) const override;
  void stop_training() override;
  void load_weights(const std::string& path) override;
  void start_at_epoch(Index epoch) override;
  void swap_averages() override;
  void averages_from_weights() override;
  std::string to_json() const override;
  std::vector<std::pair<std::string, Array>> weights_by_path() const override;

 private:
  friend class Predictor;
  friend class Trainer;
  struct State;

  // Throws ValueError when the model is not compiled.
  Trainer& trainer() const;
  void predict(const DataView& x, const View& out, const PredictOptions& options, CallbackList* callbacks) const;
  // All outputs, those of a sample in one row.
  Array predict_rows(const DataView& x, const PredictOptions& options) const;
  // Throws ValueError when the model has several outputs.
  void require_one_output() const;
  // Of every value of the graph for data of shape `x`.
  std::vector<Shape> value_shapes(const Shape& x) const;

  std::unique_ptr<State> state_;
};

}  // namespace wavetrain
