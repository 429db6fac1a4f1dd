// What a model was trained with beside its layers: the member "wavetrain.json" of its file. Evaluation and prediction
// read it, so that data is prepared exactly as it was for training. Keras ignores the member.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wavetrain/sequential.hpp"
#include "wavetrain/series/normalize.hpp"

namespace wavetrain::app {

enum class Task { classification, regression, forecast };

// How classes are shown to the loss.
enum class Encoding {
  values,   // no classes: numbers as they are
  binary,   // one number, 0 or 1
  one_hot,  // one number per class
  sparse,   // the class number
};

// Windows over the columns of a table.
struct ForecastSettings {
  std::vector<std::string> columns;  // inputs
  std::string target;                // one of them or another column
  Index window = 0;
  Index horizon = 1;
};

struct Settings {
  Task task = Task::classification;
  Encoding encoding = Encoding::values;
  std::vector<std::string> class_names;
  bool equal_length = true;       // false: shorter series are padded behind with zeros
  std::string missing = "error";  // what is done about NaN (series/missing.hpp)
  series::Normalizer normalizer;  // of the channels, or of the columns and then the target
  std::optional<ForecastSettings> forecast;
};

// Where the target stands among the scaled columns.
Index target_channel(const ForecastSettings& forecast);

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
