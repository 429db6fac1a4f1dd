// What a model was trained with beside its layers: the member "wavetrain.json" of its file. Evaluation and prediction
// read it, so that data is prepared exactly as it was for training. Keras ignores the member.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wavetrain/sequential.hpp"
#include "wavetrain/series/anomaly.hpp"
#include "wavetrain/series/intervals.hpp"
#include "wavetrain/series/normalize.hpp"
#include "wavetrain/series/preparation.hpp"

namespace wavetrain::app {

enum class Task { classification, regression, forecast, detection };

// How classes are shown to the loss.
enum class Encoding {
  values,   // no classes: numbers as they are
  binary,   // one number, 0 or 1
  one_hot,  // one number per class
  sparse,   // the class number
};

// Windows over the rows of a table.
struct TableSettings {
  series::TablePreparation preparation;
  Index window = 0;
  Index horizon = 1;
  Index gap = 0;
  bool reconstruction = false;          // the model gives its input back; there are no targets
  series::ForecastIntervals intervals;  // in original units; empty: none
  // The network gives these three quantiles of every number, the second of them the median; empty: one number.
  std::vector<double> quantiles = {};
  // Detection: a row is an anomaly when its score is above the threshold.
  std::string threshold_rule = "max";
  double threshold = 0;
  series::Cover cover = series::Cover::all;
};

struct Settings {
  Task task = Task::classification;
  Encoding encoding = Encoding::values;
  std::vector<std::string> class_names;
  bool equal_length = true;       // false: shorter series are padded behind with zeros
  bool masked = false;            // padding, and steps without a value, are left out by a mask
  std::string missing = "error";  // what is done about NaN (series/missing.hpp)
  series::Normalizer normalizer;  // of the channels of a set
  std::optional<TableSettings> table;
};

std::string to_json_text(const Settings& settings);
// Throws FileError naming `source` when the text is not what to_json_text writes.
Settings settings_from_json(const std::string& text, const std::string& source);

// A model and its settings, as one file. Loading throws FileError; a model without settings (written by Keras) gets
// what can be told from its output: no scaling, classes without names.
struct Loaded {
  Sequential model;
  Settings settings;
  bool has_settings = false;
};
void save(const Sequential& model, const Settings& settings, const std::string& path);
Loaded load(const std::string& path);

// Throws FileError unless a file can be written to `path` later: said before training instead of after it. Creates
// nothing.
void require_writable(const std::string& path);

}  // namespace wavetrain::app
