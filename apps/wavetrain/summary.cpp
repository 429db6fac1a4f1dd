// `summary`: the layers of a model.
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "model_source.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::app {
namespace {

struct SummaryArguments {
  CommonOptions common;
  std::string file, source;
  std::vector<Index> input_shape;
  Index outputs = 1;
};

void run(const SummaryArguments& arguments) {
  apply(arguments.common);
  if (arguments.file.empty() == arguments.source.empty()) {
    throw ValueError("summary: expected a model file or --model, and not both.");
  }
  presets::Problem problem{
      .samples = 1, .steps = 0, .channels = 1, .outputs = arguments.outputs, .classification = arguments.outputs > 1};
  if (!arguments.input_shape.empty()) {
    if (arguments.input_shape.size() != 2) throw ValueError("--input-shape: expected STEPS,CHANNELS, such as 100,1.");
    problem.steps = arguments.input_shape[0];
    problem.channels = arguments.input_shape[1];
  }
  const Sequential model =
      arguments.file.empty() ? make_layers(arguments.source, problem, problem.steps > 0) : load(arguments.file).model;
  if (arguments.common.json) fmt::print("{}\n", files::to_json(model.config(), {.indent = 2}));
  else fmt::print("{}", model.summary());
}

}  // namespace

void add_summary(CLI::App& app) {
  auto arguments = std::make_shared<SummaryArguments>();
  CLI::App& command = *app.add_subcommand("summary", "Show the layers of a model, their shapes and sizes");
  command.footer(
      "Examples:\n  wavetrain summary model.keras\n"
      "  wavetrain summary --model \"Conv1D(32, 3) Flatten() Dense(2)\" --input-shape 100,1\n"
      "  wavetrain summary --model fcn --input-shape 150,1 --outputs 5");
  command.add_option("file", arguments->file, "A .keras file");
  command.add_option("--model", arguments->source, "A preset, file or list of layers, as for `train`");
  command.add_option("--input-shape", arguments->input_shape, "STEPS,CHANNELS of the series")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command.add_option("--outputs", arguments->outputs, "Presets: number of classes; 1: one number to predict")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_common(command, arguments->common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
