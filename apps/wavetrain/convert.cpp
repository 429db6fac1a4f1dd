// `convert`: a model, or its weights, from one file format into another.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "model_source.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/files/keras_model.hpp"

namespace wavetrain::app {
namespace {

struct ConvertArguments {
  CommonOptions common;
  std::string in, out, model;
  std::vector<Index> input_shape;
  bool by_name = false, skip_mismatch = false, no_optimizer = false;
};

enum class Kind { model, weights, json };

Kind kind_of(const std::string& path, const char* role) {
  if (path.ends_with(".weights.h5") || path.ends_with(".npz")) return Kind::weights;
  if (path.ends_with(".json")) return Kind::json;
  std::error_code error;
  if (path.ends_with(".keras") || path.ends_with(".h5") || path.ends_with(".hdf5") ||
      std::filesystem::is_directory(path, error)) {
    return Kind::model;
  }
  throw ValueError(fmt::format(
      "{}: expected a file ending in .keras, .h5, .hdf5, .weights.h5, .npz or .json. Received: '{}'", role, path));
}

// What else a .keras file holds, such as what `train` noted about the data.
using Extra = std::map<std::string, std::string>;

Sequential read(const ConvertArguments& arguments, Extra& extra) {
  const Kind kind = kind_of(arguments.in, "IN");
  if (arguments.model.empty()) {
    if (arguments.by_name || arguments.skip_mismatch) throw ValueError("--by-name and --skip-mismatch need --model.");
    if (kind == Kind::model) return load_model(arguments.in, {.extra = &extra});
    if (kind == Kind::json) return model_from_json(std::string(files::as_text(files::read_file(arguments.in))));
    throw ValueError(fmt::format("'{}' has weights alone: --model must say which model they are for.", arguments.in));
  }
  if (kind == Kind::json) throw ValueError(fmt::format("'{}' has no weights; leave out --model.", arguments.in));
  presets::Problem problem{.samples = 1, .steps = 0, .channels = 1, .outputs = 1, .classification = false};
  if (!arguments.input_shape.empty()) {
    if (arguments.input_shape.size() != 2) throw ValueError("--input-shape: expected STEPS,CHANNELS, such as 100,1.");
    problem.steps = arguments.input_shape[0];
    problem.channels = arguments.input_shape[1];
  }
  Sequential model = make_layers(arguments.model, problem, problem.steps > 0);
  load_weights(model, arguments.in, arguments.skip_mismatch, arguments.by_name);
  return model;
}

void write(const Sequential& model, const std::string& path, const Extra& extra) {
  switch (kind_of(path, "OUT")) {
    case Kind::json: return files::write_file_atomically(path, to_json(model));
    case Kind::weights: return save_weights(model, path);
    case Kind::model: break;
  }
  save_model(model, path, path.ends_with(".keras") ? extra : Extra{});
}

void run(const ConvertArguments& arguments) {
  apply(arguments.common);
  kind_of(arguments.out, "OUT");
  Extra extra;
  Sequential model = read(arguments, extra);
  // Compiling anew forgets the optimizer's state.
  if (arguments.no_optimizer && model.compiled()) model.compile(CompileOptions(model.compile_options()));
  write(model, arguments.out, extra);
  const bool has_state = model.compiled() && model.compile_options().optimizer.built();
  if (arguments.common.json) {
    fmt::print("{}\n", files::to_json(Config::dict({{"in", arguments.in},
                                                    {"out", arguments.out},
                                                    {"layers", static_cast<Index>(model.layers().size())},
                                                    {"parameters", model.count_params()},
                                                    {"compiled", model.compiled()},
                                                    {"optimizer_state", has_state}})));
    return;
  }
  fmt::print("{}: {} layers, {} parameters{} -> {}\n", arguments.in, model.layers().size(), model.count_params(),
             has_state ? ", optimizer state" : "", arguments.out);
}

}  // namespace

void add_convert(CLI::App& app) {
  auto arguments = std::make_shared<ConvertArguments>();
  CLI::App& command = *app.add_subcommand("convert", "Turn a model file into one of another format");
  command.footer(
      "Formats, by ending: .keras; .h5 or .hdf5 (Keras' old format; IN also weights alone); .weights.h5 and .npz "
      "(weights); "
      ".json (the model without weights).\n"
      "Examples:\n  wavetrain convert old.h5 new.keras\n"
      "  wavetrain convert model.keras weights.npz\n"
      "  wavetrain convert weights.npz model.keras --model model.json\n"
      "  wavetrain convert weights.h5 model.keras --model \"Conv1D(32, 3) Flatten() Dense(2)\" --input-shape 100,1");
  command.add_option("in", arguments->in, "The file to read, of Keras 2.2 or later")->required();
  command.add_option("out", arguments->out, "The file to write")->required();
  command.add_option("--model", arguments->model, "For weights: the model, as for `train`");
  command
      .add_option("--input-shape", arguments->input_shape,
                  "STEPS,CHANNELS of the series, for --model with a list of layers")
      ->delimiter(',')
      ->check(CLI::PositiveNumber);
  command.add_flag("--by-name", arguments->by_name, "Match weights of the old layout by the layers' names");
  command.add_flag("--skip-mismatch", arguments->skip_mismatch, "Leave layers alone whose weights do not fit");
  command.add_flag("--no-optimizer", arguments->no_optimizer, "Leave out the optimizer's state");
  add_common(command, arguments->common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
