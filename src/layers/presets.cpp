#include "wavetrain/presets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/suggest.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/optimizers.hpp"

namespace wavetrain::presets {
namespace {

using Entries = std::vector<Sequential::Entry>;

// One unit per class, or one per number to predict.
layers::Dense last_layer(const Problem& problem, const char* class_activation = "softmax") {
  if (!problem.classification) return {.units = problem.outputs};
  return {.units = problem.outputs, .activation = class_activation};
}

CompileOptions compile_options(const Problem& problem, Optimizer optimizer, const char* class_loss) {
  if (problem.classification) return {.optimizer = std::move(optimizer), .loss = class_loss, .metrics = {"accuracy"}};
  return {.optimizer = std::move(optimizer), .loss = "mse", .metrics = {"mae"}};
}

Recipe mlp(const Problem& problem) {
  Entries entries{layers::Flatten{.input_shape = {problem.steps, problem.channels}}, layers::Dropout{.rate = 0.1}};
  for (const double dropout_behind : {0.2, 0.2, 0.3}) {
    entries.emplace_back(layers::Dense{.units = 500, .activation = "relu"});
    entries.emplace_back(layers::Dropout{.rate = dropout_behind});
  }
  entries.emplace_back(last_layer(problem));
  return {.layers = std::move(entries),
          .compile = compile_options(problem, optimizers::Adadelta{.learning_rate = 1.0}, "categorical_crossentropy"),
          .batch_size = mini_batch_size(problem.samples),
          .epochs = 5000,
          .plateau = Plateau{.factor = 0.5, .patience = 200, .min_lr = 0.1},
          .keep_best = true};
}

Recipe fcn(const Problem& problem) {
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}}};
  for (const auto& [filters, kernel_size] : {std::pair<Index, Index>{128, 8}, {256, 5}, {128, 3}}) {
    entries.emplace_back(layers::Conv1D{.filters = filters, .kernel_size = kernel_size, .padding = "same"});
    entries.emplace_back(layers::BatchNormalization{});
    entries.emplace_back(layers::Activation{.activation = "relu"});
  }
  entries.emplace_back(layers::GlobalAveragePooling1D{});
  entries.emplace_back(last_layer(problem));
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = mini_batch_size(problem.samples),
          .epochs = 2000,
          .plateau = Plateau{.factor = 0.5, .patience = 50, .min_lr = 1e-4},
          .keep_best = true};
}

Recipe time_cnn(const Problem& problem) {
  // Two convolutions and two poolings leave nothing of a short series unless it is padded.
  const std::string padding = problem.steps < 60 ? "same" : "valid";
  Entries entries{layers::Conv1D{.filters = 6,
                                 .kernel_size = 7,
                                 .padding = padding,
                                 .activation = "sigmoid",
                                 .input_shape = {problem.steps, problem.channels}},
                  layers::AveragePooling1D{.pool_size = 3},
                  layers::Conv1D{.filters = 12, .kernel_size = 7, .padding = padding, .activation = "sigmoid"},
                  layers::AveragePooling1D{.pool_size = 3},
                  layers::Flatten{},
                  last_layer(problem, "sigmoid")};
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "mse"),
          .batch_size = 16,
          .epochs = 2000,
          .keep_best = true};
}

// The last layer and loss of conv, conv-bn and conv-lstm, whose batch size and epochs are Keras' own defaults and 10.
Recipe plain(Entries entries, const Problem& problem) {
  const bool binary = problem.classification && problem.outputs == 2;
  if (binary) entries.emplace_back(layers::Dense{.units = 1, .activation = "sigmoid"});
  else entries.emplace_back(last_layer(problem));
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", binary ? "binary_crossentropy" : "categorical_crossentropy")};
}

Recipe conv(const Problem& problem) {
  return plain(
      {layers::Conv1D{
           .filters = 32, .kernel_size = 3, .activation = "relu", .input_shape = {problem.steps, problem.channels}},
       layers::MaxPooling1D{.pool_size = 2}, layers::Flatten{}, layers::Dense{.units = 128, .activation = "relu"}},
      problem);
}

Recipe conv_bn(const Problem& problem) {
  return plain(
      {layers::Conv1D{
           .filters = 64, .kernel_size = 5, .activation = "relu", .input_shape = {problem.steps, problem.channels}},
       layers::BatchNormalization{}, layers::Conv1D{.filters = 128, .kernel_size = 3, .activation = "relu"},
       layers::GlobalAveragePooling1D{}},
      problem);
}

Recipe conv_lstm(const Problem& problem) {
  return plain(
      {layers::Conv1D{
           .filters = 64, .kernel_size = 7, .activation = "relu", .input_shape = {problem.steps, problem.channels}},
       layers::MaxPooling1D{.pool_size = 2}, layers::LSTM{.units = 128, .return_sequences = true},
       layers::LSTM{.units = 64}},
      problem);
}

struct Preset {
  const char* name;
  Recipe (*make)(const Problem&);
};
constexpr Preset kPresets[] = {{"mlp", mlp},   {"fcn", fcn},         {"time-cnn", time_cnn},
                               {"conv", conv}, {"conv-bn", conv_bn}, {"conv-lstm", conv_lstm}};

}  // namespace

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const Preset& preset : kPresets) result.emplace_back(preset.name);
  return result;
}

Index mini_batch_size(Index samples, Index cap) { return std::clamp<Index>(samples / 10, 1, cap); }

Recipe make(std::string_view name, const Problem& problem) {
  for (const Preset& preset : kPresets) {
    if (name != preset.name) continue;
    if (problem.samples < 1 || problem.steps < 1 || problem.channels < 1 || problem.outputs < 1) {
      throw ValueError(
          fmt::format("A preset needs sizes of at least 1. Received: {} samples, {} steps, {} channels, {} outputs.",
                      problem.samples, problem.steps, problem.channels, problem.outputs));
    }
    return preset.make(problem);
  }
  throw ValueError(fmt::format("There is no preset `{}`.{} The presets are {}.", name, did_you_mean(name, names()),
                               fmt::join(names(), ", ")));
}

}  // namespace wavetrain::presets
