#include "model_source.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "wavetrain/files/io.hpp"
#include "wavetrain/files/keras_model.hpp"
#include "wavetrain/layer_list.hpp"
#include "wavetrain/layers.hpp"
#include "wavetrain/losses.hpp"

namespace wavetrain::app {
namespace {

std::string read_text(const std::string& path) {
  const files::Bytes bytes = files::read_file(path);
  return std::string(files::as_text(bytes));
}

bool is_layer_list(const std::string& source) { return source.find('(') != std::string::npos; }

bool is_file(const std::string& source) {
  const std::filesystem::path path(source);
  std::error_code error;
  return path.has_extension() || path.has_parent_path() || std::filesystem::is_regular_file(path, error);
}

Sequential from_file(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".json") return model_from_json(read_text(path));
  if (extension == ".txt") return Sequential(parse_layer_list(read_text(path)));
  return load_model(path);
}

std::string task_text(const presets::Problem& problem) {
  if (problem.classification) return fmt::format("{} classes", problem.outputs);
  const std::string numbers = fmt::format("{} number{} to predict", problem.outputs, problem.outputs == 1 ? "" : "s");
  return problem.quantiles.empty() ? numbers
                                   : fmt::format("{} with {} quantiles of each", numbers, problem.quantiles.size());
}

// Makes the output fit the task: behind a layer other than Dense a last Dense is added, everything else is refused.
std::string complete(Sequential& model, const presets::Problem& problem) {
  const Shape& output = model.output_shape();
  if (problem.reconstruction) {
    const Shape expected{kNone, problem.steps, problem.channels};
    if (output == expected) return "";
    throw ValueError(fmt::format("The last layer's output has shape {}, but to give its input back the model needs {}.",
                                 to_string(output), to_string(expected)));
  }
  const Shape wanted = problem.classification ? Shape{problem.outputs} : presets::output_shape(problem);
  if (!problem.classification && output.rank() > 1 && output.without_first() == wanted) return "";
  const Index units = wanted.size();
  const bool binary = problem.classification && problem.outputs == 2;
  const bool reshaped = wanted.rank() > 1;
  const auto reshape = [&] {
    if (reshaped) model.add(layers::Reshape{.target_shape = std::vector<Index>(wanted.begin(), wanted.end())});
  };
  const bool last_is_dense = !model.layers().empty() && model.layers().back().class_name() == "Dense";
  if (output.rank() == 2 && (output.back() == units || (binary && output.back() == 1))) {
    reshape();
    return reshaped ? fmt::format("added a last layer Reshape for the {}",
                                  problem.quantiles.empty() ? "targets" : "quantiles")
                    : "";
  }
  if (output.rank() != 2) {
    throw ValueError(
        fmt::format("The last layer's output has shape {}, but {} need (None, {}): add Flatten() or "
                    "GlobalAveragePooling1D(), or return_sequences=False in the last recurrent layer.",
                    to_string(output), task_text(problem), units));
  }
  if (last_is_dense) {
    throw ValueError(fmt::format("The last layer has {} units, but the data has {}: expected Dense({}{}).",
                                 output.back(), task_text(problem), units,
                                 problem.classification ? ", activation='softmax'" : ""));
  }
  if (problem.classification) {
    model.add(layers::Dense{.units = problem.outputs, .activation = "softmax"});
    return fmt::format("added a last layer Dense({}, activation='softmax') for the classes", problem.outputs);
  }
  model.add(layers::Dense{.units = units});
  reshape();
  return fmt::format("added a last layer Dense({}) for the {}", units, task_text(problem));
}

CompileOptions default_compile(const Sequential& model, const presets::Problem& problem) {
  if (!problem.classification) return {.optimizer = "adam", .loss = "mse", .metrics = {"mae"}};
  const bool binary = model.output_shape().back() == 1;
  return {.optimizer = "adam",
          .loss = binary ? "binary_crossentropy" : "categorical_crossentropy",
          .metrics = {"accuracy"}};
}

CompileOptions apply_choices(CompileOptions options, const TrainingChoices& choices) {
  if (!choices.optimizer.empty()) options.optimizer = Optimizer(parse_constructor(choices.optimizer));
  if (choices.learning_rate) options.optimizer.set_learning_rate(*choices.learning_rate);
  if (!choices.loss.empty()) options.loss = Loss(parse_constructor(choices.loss));
  if (!choices.metrics.empty()) {
    options.metrics.clear();
    for (const std::string& metric : choices.metrics) options.metrics.push_back(Metric(parse_constructor(metric)));
  }
  return options;
}

}  // namespace

Encoding encoding_of(const Sequential& model, Index classes) {
  const Index outputs = model.output_shape().back();
  if (model.compile_options().loss.class_name() == "SparseCategoricalCrossentropy") return Encoding::sparse;
  if (outputs == 1) {
    if (classes != 2) throw ValueError(fmt::format("One output tells two classes apart; the data has {}.", classes));
    return Encoding::binary;
  }
  if (outputs != classes)
    throw ValueError(fmt::format("The model has {} outputs; the data has {} classes.", outputs, classes));
  return Encoding::one_hot;
}

Sequential make_layers(const std::string& source, const presets::Problem& problem, bool build) {
  Sequential model = is_layer_list(source) ? Sequential(parse_layer_list(source))
                     : is_file(source)     ? from_file(source)
                                           : Sequential(presets::make(source, problem).layers);
  if (build && !model.built()) model.build({kNone, problem.steps, problem.channels});
  return model;
}

ModelChoice make_model(const std::string& source, const presets::Problem& problem, const TrainingChoices& choices) {
  if (!is_layer_list(source) && !is_file(source)) {
    presets::Recipe recipe = presets::make(source, problem);
    ModelChoice choice{.model = Sequential(recipe.layers),
                       .batch_size = recipe.batch_size,
                       .epochs = recipe.epochs,
                       .plateau = recipe.plateau,
                       .keep_best = recipe.keep_best,
                       .patience = recipe.patience,
                       .validation_split = recipe.validation_split,
                       .note = {}};
    choice.model.build({kNone, problem.steps, problem.channels});
    choice.model.compile(apply_choices(recipe.compile, choices));
    return choice;
  }
  ModelChoice choice{.model = make_layers(source, problem, true), .note = {}};
  Sequential& model = choice.model;
  const Shape& input = model.input_shape();
  if (input.rank() == 3 &&
      ((input[1] != kNone && input[1] != problem.steps) || (input[2] != kNone && input[2] != problem.channels))) {
    throw ValueError(
        fmt::format("{}: the model expects inputs of shape {}. Received: series of {} time steps and {} channels.",
                    is_layer_list(source) ? "--model" : source, to_string(input), problem.steps, problem.channels));
  }
  const bool was_compiled = model.compiled();
  choice.note = complete(model, problem);
  CompileOptions options =
      was_compiled && choice.note.empty() ? model.compile_options() : default_compile(model, problem);
  if (!problem.quantiles.empty()) {  // of this level, whatever the file was trained for
    options.loss = losses::Quantile{.quantiles = Numbers(problem.quantiles)};
    options.metrics.clear();
  }
  model.compile(apply_choices(std::move(options), choices));
  return choice;
}

}  // namespace wavetrain::app
