// Fitting a model to prepared arrays: the part of `train` that does not depend on where the data came from.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.hpp"
#include "dataset.hpp"
#include "forecasts.hpp"
#include "model_source.hpp"

namespace wavetrain::app {

struct TrainOptions {
  CommonOptions common;
  DataOptions data_options;
  std::string data, test, model = "conv", out;
  std::optional<double> validation_split;
  std::optional<Index> epochs, batch_size, patience;
  TrainingChoices choices;
  std::string normalize;  // empty: by the task
  std::string missing = "error";
  std::string keep_best;  // empty: by the recipe
  std::uint64_t seed = 0;
  int verbose = kVerboseAuto;
  std::vector<std::shared_ptr<Callback>> callbacks;
  std::string history, curves;
  std::string padding = "zero";
  // Tables.
  std::vector<std::string> targets;
  std::vector<std::string> columns;
  Index window = 0, horizon = 1, gap = 0;
  std::vector<Index> differences, lags;
  std::vector<std::string> calendar;
};

struct TrainingData {
  DataView x, y;
  ValidationData validation;  // empty: none
  DataView mask{};
};

// Sets the model's recipe against the options, and trains. Throws ValueError when the loss becomes NaN or infinite.
History fit(ModelChoice& choice, const TrainingData& data, const TrainOptions& options);

// The arguments of all commands that train.
void add_model_option(CLI::App& command, TrainOptions& options);
void add_training_options(CLI::App& command, TrainOptions& options);
void add_table_options(CLI::App& command, TrainOptions& options);

// What `options` ask of a table, for TablePreparation::fit.
series::TableRecipe table_recipe(const TrainOptions& options);
// What the settings ask of a model that trains on so many windows.
presets::Problem table_problem(const TableSettings& settings, Index samples);

// Both train, write what was asked for and print a report. Throw Error.
void train_on_series(const TrainOptions& options);
void train_on_table(const TrainOptions& options);

// Writes the model file, the history and the curves.
void write_results(const ModelChoice& choice, const Settings& settings, const History& history,
                   const TrainOptions& options);

// The lines, or the JSON object, at the end.
struct TrainReport {
  ModelChoice& choice;  // evaluating keeps running sums inside the model
  const TrainingData& data;
  const History& history;
  const Settings& settings;
  double seconds = 0;
  std::optional<ForecastScore> forecast{};
};
void print_report(TrainReport report, const TrainOptions& options);

}  // namespace wavetrain::app
