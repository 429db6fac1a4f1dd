// `evaluate`: how good a trained model is on other data.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "commands.hpp"
#include "dataset.hpp"
#include "forecasts.hpp"
#include "report.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::app {
namespace {

struct EvaluateArguments {
  CommonOptions common;
  DataOptions data_options;
  std::string model, data;
};

// Files that Keras wrote without compiling hold no loss.
void ensure_compiled(Loaded& loaded) {
  if (loaded.model.compiled()) return;
  switch (loaded.settings.encoding) {
    case Encoding::values: loaded.model.compile({.loss = "mse", .metrics = {"mae"}}); break;
    case Encoding::binary: loaded.model.compile({.loss = "binary_crossentropy", .metrics = {"accuracy"}}); break;
    case Encoding::one_hot: loaded.model.compile({.loss = "categorical_crossentropy", .metrics = {"accuracy"}}); break;
    case Encoding::sparse:
      loaded.model.compile({.loss = "sparse_categorical_crossentropy", .metrics = {"accuracy"}});
      break;
  }
}

void print(const EvaluateArguments& arguments, Index samples, const Config& scores, const std::string& line) {
  if (arguments.common.json) {
    Config json = Config::dict({{"model", arguments.model}, {"data", arguments.data}, {"samples", samples}});
    for (const auto& [name, value] : scores.as_dict()) json.set(name, value);
    fmt::print("{}\n", files::to_json(json, {.indent = 2}));
  } else {
    fmt::print("{} samples: {}\n", samples, line);
  }
}

void run(const EvaluateArguments& arguments) {
  apply(arguments.common);
  Loaded loaded = load(arguments.model);
  Settings& settings = loaded.settings;
  if (settings.table) {
    if (settings.table->reconstruction) {
      throw ValueError(fmt::format("{}: the model detects anomalies; expected `detect --model`.", arguments.model));
    }
    const series::PreparedTable data =
        settings.table->preparation.apply(read_table(arguments.data, arguments.data_options));
    const ForecastScore score = score_forecast(loaded.model, *settings.table, data);
    print(arguments, raw_windows(data, *settings.table).size(), to_config(score), to_line(score));
    return;
  }
  series::SeriesSet set =
      read_set(arguments.data, arguments.data_options, label_kind(arguments.data_options, settings.task),
               settings.missing, settings.class_names);
  const Array mask = prepare(set, settings, loaded.model.input_shape());
  ensure_compiled(loaded);
  const Array y = targets_of(set, settings);
  const Logs scores =
      loaded.model.evaluate(set.values, y, {.verbose = 0, .mask = mask.empty() ? DataView() : DataView(mask)});
  print(arguments, set.samples(), to_config(scores), to_line(scores));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App& command = *app.add_subcommand("evaluate", "Score a trained model on other data");
  command.footer(
      "Data is scaled, and classes are numbered, as for training: the model file says how.\n"
      "A model of a table is scored over all its windows, beside the error of repeating the last value;\n"
      "the intervals that it keeps are scored, too.");
  command.add_option("model", arguments->model, "A .keras file")->required();
  command.add_option("--data", arguments->data, "Data with labels, in any format that `train` reads")->required();
  add_data_options(command, arguments->data_options);
  add_common(command, arguments->common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
