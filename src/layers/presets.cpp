#include "wavetrain/presets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/suggest.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/initializers.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/losses.hpp"
#include "wavetrain/optimizers.hpp"

namespace wavetrain::presets {
namespace {

using Entries = std::vector<Sequential::Entry>;

void add_reshape(Entries& entries, const Shape& shape) {
  if (shape.rank() < 2) return;
  entries.emplace_back(layers::Reshape{.target_shape = std::vector<Index>(shape.begin(), shape.end())});
}

// One unit per class, or one per number to predict, in (horizon, targets) when these belong to several columns.
void add_last(Entries& entries, const Problem& problem, const char* class_activation = "softmax") {
  if (problem.classification) {
    entries.emplace_back(layers::Dense{.units = problem.outputs, .activation = class_activation});
    return;
  }
  const Shape shape = output_shape(problem);
  entries.emplace_back(layers::Dense{.units = shape.size()});
  add_reshape(entries, shape);
}

CompileOptions compile_options(const Problem& problem, Optimizer optimizer, const char* class_loss) {
  if (problem.classification) return {.optimizer = std::move(optimizer), .loss = class_loss, .metrics = {"accuracy"}};
  if (!problem.quantiles.empty()) {
    return {.optimizer = std::move(optimizer), .loss = losses::Quantile{.quantiles = Numbers(problem.quantiles)}};
  }
  return {.optimizer = std::move(optimizer), .loss = "mse", .metrics = {"mae"}};
}

Recipe mlp(const Problem& problem) {
  Entries entries{layers::Flatten{.input_shape = {problem.steps, problem.channels}}, layers::Dropout{.rate = 0.1}};
  for (const double dropout_behind : {0.2, 0.2, 0.3}) {
    entries.emplace_back(layers::Dense{.units = 500, .activation = "relu"});
    entries.emplace_back(layers::Dropout{.rate = dropout_behind});
  }
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, optimizers::Adadelta{.learning_rate = 1.0}, "categorical_crossentropy"),
          .batch_size = mini_batch_size(problem.samples),
          .epochs = 5000,
          .plateau = Plateau{.factor = 0.5, .patience = 200, .min_lr = 0.1},
          .keep_best = "loss"};
}

Recipe fcn(const Problem& problem) {
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}}};
  for (const auto& [filters, kernel_size] : {std::pair<Index, Index>{128, 8}, {256, 5}, {128, 3}}) {
    entries.emplace_back(layers::Conv1D{.filters = filters, .kernel_size = kernel_size, .padding = "same"});
    entries.emplace_back(layers::BatchNormalization{});
    entries.emplace_back(layers::Activation{.activation = "relu"});
  }
  entries.emplace_back(layers::GlobalAveragePooling1D{});
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = mini_batch_size(problem.samples),
          .epochs = 2000,
          .plateau = Plateau{.factor = 0.5, .patience = 50, .min_lr = 1e-4},
          .keep_best = "loss"};
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
                  layers::AveragePooling1D{.pool_size = 3}, layers::Flatten{}};
  add_last(entries, problem, "sigmoid");
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "mse"),
          .batch_size = 16,
          .epochs = 2000,
          .keep_best = "loss"};
}

// The last layer and loss of conv, conv-bn and conv-lstm, whose batch size and epochs are Keras' own defaults and 10.
Recipe plain(Entries entries, const Problem& problem) {
  const bool binary = problem.classification && problem.outputs == 2;
  if (binary) entries.emplace_back(layers::Dense{.units = 1, .activation = "sigmoid"});
  else add_last(entries, problem);
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

Recipe fcn_64(const Problem& problem) {
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}}};
  for (int block = 0; block < 3; ++block) {
    entries.emplace_back(layers::Conv1D{.filters = 64, .kernel_size = 3, .padding = "same"});
    entries.emplace_back(layers::BatchNormalization{});
    entries.emplace_back(layers::ReLU{});
  }
  entries.emplace_back(layers::GlobalAveragePooling1D{});
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = 32,
          .epochs = 500,
          .plateau = Plateau{.factor = 0.5, .patience = 20, .min_lr = 1e-4, .monitor = "val_loss"},
          .keep_best = "val_loss",
          .patience = 50,
          .validation_split = 0.2};
}

Recipe lstm(const Problem& problem) {
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}}};
  if (!problem.classification) {
    entries.emplace_back(layers::LSTM{.units = 32});
    add_last(entries, problem);
    return {.layers = std::move(entries),
            .compile = compile_options(problem, "adam", "mse"),
            .batch_size = 256,
            .epochs = 10,
            .keep_best = "val_loss",
            .patience = 5,
            .validation_split = 0.1};
  }
  for (const Index units : {64, 32}) {
    entries.emplace_back(
        layers::LSTM{.units = units, .dropout = 0.3, .recurrent_dropout = 0.3, .return_sequences = units == 64});
  }
  entries.emplace_back(layers::Dense{.units = 16, .activation = "relu"});
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = 32,
          .epochs = 100,
          .keep_best = "val_loss",
          .patience = 20,
          .validation_split = 0.2};
}

Recipe gru(const Problem& problem) {
  Entries entries{layers::GRU{.units = 10, .input_shape = {problem.steps, problem.channels}},
                  layers::Dropout{.rate = 0.1}};
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = 32,
          .epochs = 100};
}

Recipe bilstm(const Problem& problem) {
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}},
                  layers::Bidirectional{.layer = Layer(layers::LSTM{.units = 64})}, layers::Dropout{.rate = 0.2}};
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = 32,
          .epochs = 50};
}

Recipe tcn(const Problem& problem) {
  constexpr Index kKernel = 3;
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}}};
  Index sees = 1;
  for (Index dilation = 1; sees < problem.steps; dilation *= 2) {
    for (int pair = 0; pair < 2; ++pair) {
      entries.emplace_back(layers::Conv1D{
          .filters = 32, .kernel_size = kKernel, .padding = "causal", .dilation_rate = dilation, .activation = "relu"});
      entries.emplace_back(layers::SpatialDropout1D{.rate = 0.1});
      sees += (kKernel - 1) * dilation;
    }
  }
  // The last step has seen all others.
  if (problem.steps > 1) entries.emplace_back(layers::Cropping1D{.cropping = {problem.steps - 1, 0}});
  entries.emplace_back(layers::Flatten{});
  add_last(entries, problem);
  return {.layers = std::move(entries),
          .compile = compile_options(problem, "adam", "categorical_crossentropy"),
          .batch_size = 32,
          .epochs = 50};
}

Recipe linear(const Problem& problem) {
  // Weights start uniformly within ±1/sqrt(steps), as published. Keras' own start is twice as wide here, and what few
  // epochs leave of it is noise in the forecasts: 4 % of the mean squared error on exchange rates.
  const auto dense = [](Index units) {
    return layers::Dense{.units = units,
                         .kernel_initializer = initializers::VarianceScaling{
                             .scale = 1.0 / 3, .mode = "fan_in", .distribution = "uniform"}};
  };
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}}};
  if (!problem.classification && problem.targets == problem.channels && problem.targets > 1) {
    entries.emplace_back(layers::Permute{.dims = std::vector<Index>{2, 1}});
    const Index horizon = problem.outputs / problem.targets, quantiles = static_cast<Index>(problem.quantiles.size());
    if (quantiles == 0) {
      entries.emplace_back(dense(horizon));
      entries.emplace_back(layers::Permute{.dims = std::vector<Index>{2, 1}});
    } else {
      entries.emplace_back(dense(horizon * quantiles));
      add_reshape(entries, {problem.targets, horizon, quantiles});
      entries.emplace_back(layers::Permute{.dims = std::vector<Index>{2, 1, 3}});
    }
  } else {
    entries.emplace_back(layers::Flatten{});
    if (problem.classification) {
      add_last(entries, problem);
    } else {
      const Shape shape = output_shape(problem);
      entries.emplace_back(dense(shape.size()));
      add_reshape(entries, shape);
    }
  }
  return {.layers = std::move(entries),
          .compile = compile_options(problem, optimizers::Adam{.learning_rate = 5e-3}, "categorical_crossentropy"),
          .batch_size = 32,
          .epochs = 10,
          .keep_best = "val_loss",
          .patience = 3,
          .validation_split = 0.1};
}

Recipe conv_autoencoder(const Problem& problem) {
  const auto down = [](Index filters) {
    return layers::Conv1D{.filters = filters, .kernel_size = 7, .strides = 2, .padding = "same", .activation = "relu"};
  };
  const auto up = [](Index filters) {
    return layers::Conv1DTranspose{
        .filters = filters, .kernel_size = 7, .strides = 2, .padding = "same", .activation = "relu"};
  };
  Entries entries{layers::Input{.shape = {problem.steps, problem.channels}},
                  down(32),
                  layers::Dropout{.rate = 0.2},
                  down(16),
                  up(16),
                  layers::Dropout{.rate = 0.2},
                  up(32),
                  layers::Conv1DTranspose{.filters = problem.channels, .kernel_size = 7, .padding = "same"}};
  // Halved twice and doubled twice, lengths come back rounded up.
  const Index excess = (problem.steps + 3) / 4 * 4 - problem.steps;
  if (excess > 0) entries.emplace_back(layers::Cropping1D{.cropping = {Index{0}, excess}});
  return {.layers = std::move(entries),
          .compile = compile_options(problem, optimizers::Adam{.learning_rate = 1e-3}, "mse"),
          .batch_size = 128,
          .epochs = 50,
          .patience = 5,
          .validation_split = 0.1};
}

Recipe lstm_autoencoder(const Problem& problem) {
  Entries entries{layers::LSTM{.units = 100, .activation = "relu", .input_shape = {problem.steps, problem.channels}},
                  layers::RepeatVector{.n = problem.steps},
                  layers::LSTM{.units = 100, .activation = "relu", .return_sequences = true},
                  layers::TimeDistributed{.layer = Layer(layers::Dense{.units = problem.channels})}};
  CompileOptions compile{.optimizer = "adam", .loss = "mae"};
  return {.layers = std::move(entries),
          .compile = std::move(compile),
          .batch_size = 32,
          .epochs = 100,
          .patience = 5,
          .validation_split = 0.1};
}

struct Preset {
  const char* name;
  Recipe (*make)(const Problem&);
  bool autoencoder = false;
};
constexpr Preset kPresets[] = {{"mlp", mlp},
                               {"fcn", fcn},
                               {"time-cnn", time_cnn},
                               {"fcn-64", fcn_64},
                               {"conv", conv},
                               {"conv-bn", conv_bn},
                               {"conv-lstm", conv_lstm},
                               {"lstm", lstm},
                               {"gru", gru},
                               {"bilstm", bilstm},
                               {"tcn", tcn},
                               {"linear", linear},
                               {"conv-autoencoder", conv_autoencoder, true},
                               {"lstm-autoencoder", lstm_autoencoder, true}};

void check(const Preset& preset, const Problem& problem) {
  if (problem.samples < 1 || problem.steps < 1 || problem.channels < 1 || problem.outputs < 1 || problem.targets < 1) {
    throw ValueError(
        fmt::format("A preset needs sizes of at least 1. Received: {} samples, {} steps, {} channels, {} outputs.",
                    problem.samples, problem.steps, problem.channels, problem.outputs));
  }
  if (problem.outputs % problem.targets != 0) {
    throw ValueError(fmt::format("The outputs have to divide into the targets. Received: {} outputs, {} targets.",
                                 problem.outputs, problem.targets));
  }
  if (!problem.quantiles.empty() && (problem.classification || problem.reconstruction)) {
    throw ValueError("Quantiles are of numbers to predict: expected no classes and no reconstruction beside them.");
  }
  if (preset.autoencoder != problem.reconstruction) {
    throw ValueError(fmt::format("The preset `{}` {}; expected one that {}.", preset.name,
                                 preset.autoencoder ? "reconstructs its input" : "predicts classes or numbers",
                                 problem.reconstruction ? "reconstructs its input" : "predicts classes or numbers"));
  }
}

}  // namespace

Shape output_shape(const Problem& problem) {
  const auto quantiles = static_cast<Index>(problem.quantiles.size());
  if (problem.targets == 1 && quantiles == 0) return {problem.outputs};
  Shape shape{problem.outputs / problem.targets};
  if (problem.targets > 1) shape.push_back(problem.targets);
  if (quantiles > 0) shape.push_back(quantiles);
  return shape;
}

std::vector<std::string> names() {
  std::vector<std::string> result;
  for (const Preset& preset : kPresets) result.emplace_back(preset.name);
  return result;
}

bool is_autoencoder(std::string_view name) {
  return std::any_of(std::begin(kPresets), std::end(kPresets),
                     [&](const Preset& preset) { return preset.autoencoder && name == preset.name; });
}

Index mini_batch_size(Index samples, Index cap) { return std::clamp<Index>(samples / 10, 1, cap); }

Recipe make(std::string_view name, const Problem& problem) {
  for (const Preset& preset : kPresets) {
    if (name != preset.name) continue;
    check(preset, problem);
    return preset.make(problem);
  }
  throw ValueError(fmt::format("There is no preset `{}`.{} The presets are {}.", name, did_you_mean(name, names()),
                               fmt::join(names(), ", ")));
}

}  // namespace wavetrain::presets
