// `classify` and `regress`: train on labelled series, are scored on others, beside methods that need no network.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "classify_task.hpp"
#include "commands.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::app {
namespace {

void print_confusion(const ClassifyResult& result) {
  constexpr std::size_t kMost = 12;
  const std::size_t n = result.class_names.size();
  if (n == 0 || n > kMost) return;
  std::size_t width = 5;
  for (const std::string& name : result.class_names) width = std::max(width, std::min<std::size_t>(name.size(), 14));
  const auto cut = [&](const std::string& name) { return name.substr(0, 14); };
  fmt::print("\n{:<{}}  said to be\n{:<{}}", "", width, "is", width);
  for (const std::string& name : result.class_names) fmt::print("  {:>{}}", cut(name), width);
  fmt::print("  recall\n");
  const std::vector<ClassScores> scores = class_scores(result.confusion);
  for (std::size_t i = 0; i < n; ++i) {
    fmt::print("{:<{}}", cut(result.class_names[i]), width);
    for (std::size_t k = 0; k < n; ++k) fmt::print("  {:>{}}", result.confusion[i][k], width);
    fmt::print("  {:.3f}\n", scores[i].recall);
  }
}

void print(const ClassifyArguments& arguments, const ClassifyResult& result) {
  if (arguments.train.common.json) {
    Config json = Config::dict({{"model", arguments.train.model},
                                {"parameters", result.parameters},
                                {"train_samples", result.train_samples},
                                {"test_samples", static_cast<Index>(result.cases.size())},
                                {"folds", result.folds},
                                {"seeds", arguments.seeds},
                                {"seconds", result.seconds},
                                {"scores", result.board.to_config()},
                                {"verdict", result.board.verdict()}});
    if (!result.class_names.empty()) {
      json.set("classes", Codec<std::vector<std::string>>::to_config(result.class_names));
      Config::List confusion;
      for (const std::vector<Index>& line : result.confusion)
        confusion.emplace_back(Config::List(line.begin(), line.end()));
      json.set("confusion", std::move(confusion));
    }
    fmt::print("{}\n", files::to_json(json, {.indent = 2}));
    return;
  }
  if (!result.note.empty()) fmt::print("{}\n", result.note);
  if (result.has_training) {
    fmt::print(
        "{} series of {} steps and {} channel{} to train on, {} to score, {} parameters, {} fold{}, {} seed{}, {:.1f} "
        "s\n",
        result.train_samples, result.steps, result.channels, result.channels == 1 ? "" : "s", result.cases.size(),
        result.parameters, result.folds, result.folds == 1 ? "" : "s", arguments.seeds, arguments.seeds == 1 ? "" : "s",
        result.seconds);
    fmt::print("loss by epoch  {}\n", sparkline(result.history["loss"]));
  }
  fmt::print("\n{}", result.board.text());
  if (const std::string verdict = result.board.verdict(); !verdict.empty()) fmt::print("\n{}\n", verdict);
  print_confusion(result);
}

void run(ClassifyArguments& arguments) {
  TrainOptions& options = arguments.train;
  apply(options.common);
  for (const std::string& path :
       {options.out, arguments.predictions, arguments.report, options.history, options.curves}) {
    if (!path.empty()) require_writable(path);
  }
  if (!options.out.empty() && std::filesystem::path(options.out).extension() != ".keras") {
    throw ValueError(fmt::format("--out: expected a name that ends in .keras. Received: {}", options.out));
  }
  ClassifyResult result;
  if (options.data.empty()) {
    if (options.test.empty()) throw ValueError("Expected --train, or --test with a trained --model.");
    result = apply_model(arguments);
  } else {
    if (options.test.empty() && arguments.folds == 0) arguments.folds = 5;
    if (!options.test.empty() && arguments.folds != 0) throw ValueError("--folds: expected no --test beside it.");
    SeriesData data = read_series_data(options, arguments.regression ? Task::regression : Task::classification);
    if (data.train.has_targets() != arguments.regression) {
      throw ValueError(
          fmt::format("{}: has {}; expected `{}`.", options.data,
                      arguments.regression ? "classes, not numbers to predict" : "numbers to predict, not classes",
                      arguments.regression ? "classify" : "regress"));
    }
    result = run_classify(arguments, std::move(data));
  }
  const HoldInterrupts whole_files;
  if (!options.out.empty()) save(result.choice->model, result.settings, options.out);
  if (!options.history.empty()) files::write_file_atomically(options.history, history_csv(result.history));
  if (!options.curves.empty()) files::write_file_atomically(options.curves, curves_svg(result.history, options.model));
  if (!arguments.predictions.empty()) files::write_file_atomically(arguments.predictions, cases_csv(arguments, result));
  if (!arguments.report.empty()) files::write_file_atomically(arguments.report, classify_html(arguments, result));
  print(arguments, result);
}

void add(CLI::App& app, bool regression) {
  auto arguments = std::make_shared<ClassifyArguments>();
  arguments->regression = regression;
  TrainOptions& options = arguments->train;
  options.model = "fcn";
  CLI::App& command = *app.add_subcommand(regression ? "regress" : "classify",
                                          regression ? "Learn a number for each series, and compare with simple methods"
                                                     : "Learn the classes of series, and compare with simple methods");
  const char* const name = regression ? "regress" : "classify";
  command.footer(fmt::format(
      "Examples:\n"
      "  wavetrain {0} --train train.ts --test test.ts --model fcn --normalize series --seeds 5 --report fcn.html\n"
      "  wavetrain {0} --train all.csv --model time-cnn --folds 10\n"
      "  wavetrain {0} --model trained.keras --test new.ts\n\n"
      "Without --test the training set is cut into folds{1}. The test set is scored once, after training.",
      name, regression ? "" : ", every class spread over all of them"));
  command.add_option("--train,--data", options.data,
                     "Labelled series in any format that `train` reads; `-` is standard input");
  command.add_option("--test", options.test, "Series that are scored");
  command.add_option("--folds", arguments->folds, "Cross-validation with so many folds")->check(CLI::Range(2, 1000));
  command.add_option("--seeds", arguments->seeds, "Train so many networks; scores are means ± deviations")
      ->check(CLI::PositiveNumber);
  add_model_option(command, options);
  command.add_option("--out", options.out, "Where the trained model goes (.keras): first seed, last fold");
  command.add_option("--predictions", arguments->predictions,
                     "Write what the first network says of each series to this csv file");
  command.add_option("--report", arguments->report, "Write everything into one HTML file");
  command.add_option("--validation-split", options.validation_split,
                     "Part of the training series that chooses the epoch");
  command.add_option("--band", arguments->band, "Band of dynamic time warping, as a part of the length")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  add_training_options(command, options);
  add_data_options(command, options.data_options);
  add_common(command, options.common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace

std::string cases_csv(const ClassifyArguments& arguments, const ClassifyResult& result) {
  std::string text = "sample,expected,received";
  for (const std::string& name : result.class_names) text += "," + csv_field("p(" + name + ")");
  text += "\n";
  for (const CaseResult& item : result.cases) {
    if (arguments.regression || result.class_names.empty()) {
      text += fmt::format("{},{},{}\n", item.sample, item.target, item.outputs[0]);
      continue;
    }
    text += fmt::format("{},{},{}", item.sample, csv_field(result.class_names[static_cast<std::size_t>(item.expected)]),
                        csv_field(result.class_names[static_cast<std::size_t>(item.received)]));
    for (const float value : item.outputs) text += fmt::format(",{}", value);
    text += "\n";
  }
  return text;
}

void add_classify(CLI::App& app) { add(app, false); }
void add_regress(CLI::App& app) { add(app, true); }

}  // namespace wavetrain::app
