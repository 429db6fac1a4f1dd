// What scripts use around a model (keras.utils, Keras 3.15.1).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "wavetrain/array.hpp"
#include "wavetrain/data_source.hpp"
#include "wavetrain/random.hpp"  // set_random_seed
#include "wavetrain/sequential.hpp"

namespace wavetrain::utils {

// Class numbers as one-hot rows: (...) becomes (..., num_classes), a trailing dimension of 1 is dropped before. Without
// num_classes, one more than the largest number. Fractions are cut off; negative numbers count from the end, as numpy's
// do. Throws ValueError for numbers that are no class, IndexError as numpy for those out of range.
Array to_categorical(const DataView& x, std::optional<Index> num_classes = {});

// x divided by its norm of this order (1, 2, or infinity for the largest absolute value; any other p > 0) along `axis`;
// where that is 0, as it is.
Array normalize(const ConstView& x, Index axis = -1, double order = 2);

struct PadOptions {
  std::optional<Index> maxlen{};   // none: the longest
  std::string padding = "pre";     // where values are put: "pre" or "post"
  std::string truncating = "pre";  // where too long ones are cut
  double value = 0.0;
};

// Sequences of unequal length as one array (samples, maxlen) or, for sequences (steps, ...), (samples, maxlen, ...).
// Throws ValueError when those differ in more than their length. Numbers are float32 (Keras' default is int32:
// fractions cut off).
Array pad_sequences(const std::vector<std::vector<float>>& sequences, const PadOptions& options = {});
Array pad_sequences(const std::vector<Array>& sequences, const PadOptions& options = {});

// --- Windows over a series
// ---------------------------------------------------------------------------------------------

struct TimeseriesOptions {
  Index sequence_length = 0;  // steps in a window; required
  Index sequence_stride = 1;  // from one window to the next
  Index sampling_rate = 1;    // from one step to the next
  Index batch_size = 128;
  bool shuffle = false;
  std::optional<Index> seed{};
  std::optional<Index> start_index{};  // rows of data and targets before it are not used
  std::optional<Index> end_index{};    // nor those from it on
};

// Batches of windows. Window i begins at row s = start_index + i · sequence_stride and has the rows s, s +
// sampling_rate, ... Its target is targets[s]: the row at which the window *begins*. To forecast the row that follows
// it, pass `targets = series.slice(sequence_length · sampling_rate ...)`; there are then only as many windows as
// targets. Without targets the batches have no y. Data and targets are borrowed. (series::make_windows knows horizons
// and columns.)
class TimeseriesDataset final : public DataSource {
 public:
  // Throws ValueError for options that Keras refuses.
  TimeseriesDataset(const DataView& data, const DataView& targets, const TimeseriesOptions& options);

  void restart() override;
  bool next(Batch& batch) override;
  std::optional<Index> batches() const override;
  // Number of windows.
  Index size() const { return static_cast<Index>(starts_.size()); }

 private:
  DataView data_, targets_;
  TimeseriesOptions options_;
  std::vector<Index> starts_;  // rows at which windows begin
  std::size_t position_ = 0;
  std::uint64_t seed_ = 0;
  Index passes_ = 0;
  Array x_, y_;
};

std::unique_ptr<TimeseriesDataset> timeseries_dataset_from_array(const DataView& data, const DataView& targets,
                                                                 const TimeseriesOptions& options);

// --- Splitting
// -----------------------------------------------------------------------------------------------------------

// A number of samples, or a fraction of them.
using SplitSize = std::variant<std::monostate, Index, double>;

struct SplitOptions {
  SplitSize left_size{};  // one of both is needed
  SplitSize right_size{};
  bool shuffle = false;
  std::optional<Index> seed{};
};

// The first samples and the last ones of several arrays with the same number of samples. Copies. Throws ValueError for
// sizes that Keras refuses.
std::pair<std::vector<Array>, std::vector<Array>> split_dataset(const std::vector<DataView>& arrays,
                                                                const SplitOptions& options);

// --- Pictures of models
// --------------------------------------------------------------------------------------------------

struct PlotOptions {
  bool show_shapes = false;
  bool show_dtype = false;
  bool show_layer_names = true;
  std::string rankdir = "TB";  // from top to bottom, or "LR"
  bool show_layer_activations = false;
  bool show_trainable = false;
};

// The model as a graph in Graphviz' language, with Keras' labels. Throws ValueError when the model is not built.
std::string model_to_dot(const Sequential& model, const PlotOptions& options = {});
// The same as an SVG picture, drawn here.
std::string model_to_svg(const Sequential& model, const PlotOptions& options = {});
// Writes it to `to_file`: .svg or .dot. Throws ValueError for another ending, FileError when it cannot be written.
void plot_model(const Sequential& model, const std::string& to_file = "model.svg", const PlotOptions& options = {});

}  // namespace wavetrain::utils
