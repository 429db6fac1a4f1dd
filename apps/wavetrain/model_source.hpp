// `--model`: a preset, a file, or a list of layers, to a model that fits the data.
#pragma once

#include <optional>
#include <string>

#include "settings.hpp"
#include "wavetrain/presets.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::app {

// What the command line says about training; absent: by the model's recipe, or by the data.
struct TrainingChoices {
  std::string optimizer;
  std::optional<double> learning_rate;
  std::string loss;
  std::vector<std::string> metrics;
};

struct ModelChoice {
  Sequential model;  // built and compiled
  Index batch_size = 32;
  Index epochs = 10;
  std::optional<presets::Plateau> plateau{};
  std::string keep_best{};  // as in presets::Recipe
  std::optional<Index> patience{};
  double validation_split = 0;
  std::string note;  // something done on the user's behalf, to be told; or empty
};

// Throws ValueError for a source that is none of the three or does not fit `problem`, and FileError.
ModelChoice make_model(const std::string& source, const presets::Problem& problem, const TrainingChoices& choices);

// The layers alone, for `summary`: built for (batch, steps, channels) if `input_shape` is given.
Sequential make_layers(const std::string& source, const presets::Problem& problem, bool build);

// How classes are shown to the loss of a compiled model. Throws ValueError when its output cannot tell `classes` apart.
Encoding encoding_of(const Sequential& model, Index classes);

}  // namespace wavetrain::app
