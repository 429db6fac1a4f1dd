// `detect`: learns what is normal in a table and finds the rows that are not.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <utility>

#include "anomaly_labels.hpp"
#include "commands.hpp"
#include "detect_task.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "run_progress.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/presets.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;

const std::map<std::string, series::Cover> kCovers{
    {"all", series::Cover::all}, {"mean", series::Cover::mean}, {"any", series::Cover::any}};

bool reconstructs(const DetectArguments& arguments, const presets::Problem& problem) {
  if (arguments.by == "reconstruction") return true;
  if (arguments.by == "forecast") return false;
  const std::string& source = arguments.train.model;
  for (const std::string& name : presets::names()) {
    if (name == source) return presets::is_autoencoder(name);
  }
  return make_layers(source, problem, true).output_shape() == Shape{kNone, problem.steps, problem.channels};
}

// What the model makes of windows: the error of each, and the scores of rows.
struct Rated {
  std::vector<double> windows, rows;
};
Rated rate(const Sequential& model, const TableSettings& settings, const series::Windows& windows, Index rows) {
  const Array predicted = model.predict(windows.inputs());
  Rated rated;
  if (settings.reconstruction) {
    rated.windows = series::sample_errors(predicted, windows.inputs().to_array());
    rated.rows = series::row_scores(rated.windows, windows, rows, settings.cover);
  } else {
    const Array truth = windows.targets().to_array();
    const Array shaped = Array(predicted).reshaped(truth.shape());
    rated.windows = series::sample_errors(shaped, truth);
    rated.rows = series::forecast_row_scores(shaped, truth, windows, rows);
  }
  return rated;
}

// --- Scores ----------------------------------------------------------------------------------------------------------

void score(DetectResult& result, const DetectArguments& arguments) {
  Scoreboard& board = result.board;
  board.columns = {"auc_pr", "vus_pr", "f1", "precision", "recall", "f1_point_adjusted"};
  for (const series::NabProfile& profile : series::nab_profiles()) board.columns.push_back("nab_" + profile.name);
  board.higher_is_better = true;
  std::vector<series::LabelWindow> windows;
  for (const series::RowRange& run : series::runs(result.labels)) windows.push_back({run.first, run.last});
  for (const Detector& detector : result.detectors) {
    const series::DetectionScores plain = series::score_detections(detector.scores, detector.threshold, result.labels);
    const series::DetectionScores adjusted =
        series::score_point_adjusted(detector.scores, detector.threshold, result.labels);
    Scoreboard::Row row{.name = detector.name,
                        .values = {series::auc_pr(detector.scores, result.labels),
                                   series::vus_pr(detector.scores, result.labels, arguments.buffer), plain.f1,
                                   plain.precision, plain.recall, adjusted.f1},
                        .deviations = {},
                        .is_network = detector.is_network};
    series::RatedSeries rated{detector.scores, windows};
    for (double& value : rated.scores) value = std::isnan(value) ? 0.0 : value;
    for (const series::NabProfile& profile : series::nab_profiles()) {
      row.values.push_back(series::nab_best_score(std::span(&rated, 1), profile).normalized);
    }
    board.rows.push_back(std::move(row));
  }
}

// --- The task --------------------------------------------------------------------------------------------------------

series::Table read_normal(const DetectArguments& arguments, const std::string& path) {
  return read_table(path, arguments.train.data_options);
}

// Rows that are learnt from, in the table of --data.
Index training_rows(const DetectArguments& arguments, const series::Table& table) {
  if (arguments.train_rows > table.rows()) {
    throw ValueError(
        fmt::format("--train-rows: {} has {} rows. Received: {}", table.source, table.rows(), arguments.train_rows));
  }
  return arguments.train_rows > 0 ? arguments.train_rows : table.rows();
}

void learn(const DetectArguments& arguments, const series::Table& table, DetectResult& result, TrainOptions options,
           std::vector<double>& training_rows_scores) {
  const Index rows = training_rows(arguments, table);
  if (options.columns.empty()) {
    for (const std::string& column : table.columns) {
      if (column != arguments.label_column) options.columns.push_back(column);
    }
  }
  if (options.missing == "mask") {
    throw ValueError("--nan mask: a detector rates every value of a row; expected zero, mean or interpolate.");
  }
  options.targets = {"all"};
  Settings& settings = result.settings;
  settings.task = Task::detection;
  settings.missing = options.missing;
  settings.table = TableSettings{.preparation = series::TablePreparation::fit(table_recipe(options), table, {0, rows}),
                                 .window = options.window,
                                 .horizon = options.horizon,
                                 .gap = 0,
                                 .intervals = {},
                                 .threshold_rule = series::to_string(series::threshold_rule(arguments.threshold)),
                                 .cover = kCovers.at(arguments.cover)};
  TableSettings& task = *settings.table;
  task.reconstruction = reconstructs(arguments, table_problem(task, 1));
  const series::PreparedTable data = task.preparation.apply(table);
  const series::Windows windows = windows_over(data, task, {0, rows});
  ModelChoice choice = make_model(options.model, table_problem(task, windows.size()), options.choices);
  const DataView x = windows.inputs(), y = targets_of(windows, task);
  // The last windows choose the epoch, as in Keras' validation_split.
  const double part = options.validation_split.value_or(choice.validation_split);
  const Index first = static_cast<Index>(std::floor(static_cast<double>(windows.size()) * (1 - part)));
  TrainingData training{.x = x, .y = y, .validation = {}};
  if (part > 0 && first > 0 && first < windows.size()) {
    training = {
        .x = x.slice(0, first),
        .y = y.slice(0, first),
        .validation = {.x = x.slice(first, windows.size() - first), .y = y.slice(first, windows.size() - first)}};
  }
  RunProgress progress(1, !options.common.json && options.verbose == kVerboseAuto);
  progress.begin(options.model);
  options.callbacks = {progress.callback()};
  if (options.verbose == kVerboseAuto) options.verbose = 0;
  result.history = fit(choice, training, options);
  const Rated rated = rate(choice.model, task, windows, table.rows());
  training_rows_scores = rated.rows;
  task.threshold = series::learn_threshold(series::threshold_rule(arguments.threshold),
                                           task.reconstruction ? rated.windows : rated.rows);
  result.training_windows = windows.size();
  result.note = choice.note;
  result.parameters = choice.model.count_params();
  result.choice = std::make_unique<ModelChoice>(std::move(choice));
}

// What needs no network, with thresholds learnt in the same way from the same rows.
void add_baselines(DetectResult& result, const DetectArguments& arguments, const series::PreparedTable& data,
                   const series::PreparedTable* training, Index rows) {
  const series::ThresholdRule rule = series::threshold_rule(arguments.threshold);
  if (rule.kind == series::ThresholdRule::Kind::fixed) return;
  const auto learn_from = [&](const std::vector<double>& scores) {
    return series::learn_threshold(rule, std::span(scores).first(static_cast<std::size_t>(rows)));
  };
  const Array& normal = training == nullptr ? data.raw.values : training->raw.values;
  if (data.raw.columns.size() == 1) {
    const auto column = [](const Array& values) { return std::vector<double>(values.begin(), values.end()); };
    result.detectors.push_back({"windowed Gaussian", series::windowed_gaussian(column(data.raw.values)),
                                learn_from(series::windowed_gaussian(column(normal))), false});
  }
  // Both tables by the moments of the training rows.
  const Index width = data.raw.values.shape()[1];
  Array both(Shape{rows + data.raw.rows(), width});
  std::copy_n(normal.data(), rows * width, both.data());
  std::copy(data.raw.values.begin(), data.raw.values.end(), both.data() + rows * width);
  const std::vector<double> scores = series::z_scores(both, {0, rows});
  result.detectors.push_back({"z-score", {scores.begin() + rows, scores.end()}, learn_from(scores), false});
}

void print(const DetectArguments& arguments, const DetectResult& result) {
  const TableSettings& task = *result.settings.table;
  const series::TextColumn* stamps = result.table.time_stamps();
  const auto stamp = [&](Index row) { return stamps == nullptr ? std::string() : std::string((*stamps)[row]); };
  const auto peak = [&](const series::RowRange& run) {
    const auto& scores = result.detectors[0].scores;
    return *std::max_element(scores.begin() + run.first, scores.begin() + run.last + 1);
  };
  if (arguments.train.common.json) {
    Config::List anomalies;
    for (const series::RowRange& run : result.anomalies) {
      Config item = Config::dict({{"first", run.first}, {"last", run.last}, {"score", peak(run)}});
      if (stamps != nullptr) {
        item.set("from", stamp(run.first));
        item.set("to", stamp(run.last));
      }
      anomalies.push_back(std::move(item));
    }
    Config json = Config::dict({{"model", arguments.train.model},
                                {"threshold", task.threshold},
                                {"rule", task.threshold_rule},
                                {"windows", result.windows},
                                {"anomalous_windows", result.anomalous_windows},
                                {"anomalies", std::move(anomalies)},
                                {"epochs", static_cast<Index>(result.history.epoch().size())},
                                {"seconds", result.seconds}});
    if (!result.labels.empty()) {
      json.set("scores", result.board.to_config());
      json.set("verdict", result.board.verdict());
    }
    fmt::print("{}\n", files::to_json(json, {.indent = 2}));
    return;
  }
  if (!result.note.empty()) fmt::print("{}\n", result.note);
  if (result.training_windows > 0) {
    fmt::print("{} windows to train on, {} parameters, {} epochs, {:.1f} s\n", result.training_windows,
               result.parameters, result.history.epoch().size(), result.seconds);
    fmt::print("loss by epoch  {}\n", sparkline(result.history["loss"]));
  }
  fmt::print("score          {}\n", sparkline(result.detectors[0].scores, 72));
  fmt::print("threshold {:.4g} ({}): {} of {} windows and {} of {} rows are above it\n", task.threshold,
             task.threshold_rule, result.anomalous_windows, result.windows,
             std::count_if(result.detectors[0].scores.begin(), result.detectors[0].scores.end(),
                           [&](double value) { return value > task.threshold; }),
             result.table.rows());
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, result.anomalies.size()); ++i) {
    const series::RowRange& run = result.anomalies[i];
    fmt::print("  rows {} to {}{}, score {:.4g}\n", run.first, run.last,
               stamps == nullptr ? "" : fmt::format(" ({} to {})", stamp(run.first), stamp(run.last)), peak(run));
  }
  if (result.anomalies.size() > kShown) fmt::print("  … and {} more\n", result.anomalies.size() - kShown);
  if (!result.labels.empty()) {
    fmt::print("\n{}\n{}\n", result.board.text(), result.board.verdict());
    fmt::print(
        "f1_point_adjusted counts an anomaly as found when one of its rows is, and is not comparable with f1;\n"
        "nab_* are the scores of this file alone at the threshold that is best for them.\n");
  }
}

void run(DetectArguments& arguments) {
  TrainOptions& options = arguments.train;
  apply(options.common);
  if (!arguments.rated.empty()) return score_corpus(arguments);
  set_random_seed(options.seed);
  for (const std::string& path : {options.out, options.history, options.curves, arguments.scores, arguments.report}) {
    if (!path.empty()) require_writable(path);
  }
  const Clock::time_point start = Clock::now();
  DetectResult result;
  const bool trains = !options.data.empty();
  if (!trains && options.test.empty())
    throw ValueError("Expected --train, to learn what is normal, or --test with a trained --model.");
  series::Table normal;
  std::vector<double> training_scores;
  if (trains) {
    if (options.window < 1) throw ValueError("--window: expected the number of rows that the model sees, at least 1.");
    normal = read_normal(arguments, options.data);
    learn(arguments, normal, result, options, training_scores);
  } else {
    Loaded loaded = load(options.model);
    if (!loaded.settings.table || loaded.settings.task != Task::detection) {
      throw ValueError(
          fmt::format("{}: the model was not trained by `detect`; expected --train as well.", options.model));
    }
    result.settings = loaded.settings;
    result.choice = std::make_unique<ModelChoice>(ModelChoice{.model = std::move(loaded.model), .note = {}});
  }
  const TableSettings& task = *result.settings.table;
  const bool own_test = !options.test.empty();
  result.table = own_test ? read_normal(arguments, options.test) : normal;
  const series::PreparedTable data = task.preparation.apply(result.table);
  const series::Windows windows = windows_over(data, task);
  Rated rated = rate(result.choice->model, task, windows, result.table.rows());
  result.windows = windows.size();
  if (task.reconstruction) {
    result.anomalous_windows =
        std::count_if(rated.windows.begin(), rated.windows.end(), [&](double value) { return value > task.threshold; });
  }
  std::vector<char> detected;
  for (const double value : rated.rows) detected.push_back(value > task.threshold);
  if (!task.reconstruction) result.anomalous_windows = std::count(detected.begin(), detected.end(), char{1});
  result.anomalies = series::runs(detected);
  result.detectors.push_back({trains ? options.model : "network", std::move(rated.rows), task.threshold, true});
  if (trains) {
    const series::PreparedTable training = task.preparation.apply(normal);
    add_baselines(result, arguments, data, own_test ? &training : nullptr, training_rows(arguments, normal));
  }
  if (!arguments.label_column.empty()) result.labels = labels_of_column(result.table, arguments.label_column);
  if (!arguments.windows_file.empty())
    result.labels = labels_of_windows(result.table, arguments.windows_file, arguments.windows_key);
  if (!result.labels.empty()) score(result, arguments);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const HoldInterrupts whole_files;
  if (!options.out.empty() && std::filesystem::path(options.out).extension() == ".keras") {
    save(result.choice->model, result.settings, options.out);
  } else if (!options.out.empty()) {
    throw ValueError(fmt::format("--out: expected a name that ends in .keras. Received: {}", options.out));
  }
  if (!options.history.empty()) files::write_file_atomically(options.history, history_csv(result.history));
  if (!options.curves.empty()) files::write_file_atomically(options.curves, curves_svg(result.history, options.model));
  if (!arguments.scores.empty()) files::write_file_atomically(arguments.scores, detect_csv(result));
  if (!arguments.report.empty()) files::write_file_atomically(arguments.report, detect_html(arguments, result));
  print(arguments, result);
}

}  // namespace

std::string detect_csv(const DetectResult& result) {
  const series::TextColumn* stamps = result.table.time_stamps();
  std::string text = stamps == nullptr ? "row" : "timestamp";
  for (const std::string& column : result.table.columns) text += "," + csv_field(column);
  text += ",anomaly_score,anomaly\n";
  const Detector& network = result.detectors[0];
  for (Index row = 0; row < result.table.rows(); ++row) {
    text += stamps == nullptr ? std::to_string(row) : csv_field(std::string((*stamps)[row]));
    for (std::size_t k = 0; k < result.table.columns.size(); ++k) {
      text += fmt::format(",{}", result.table.values(row, static_cast<Index>(k)));
    }
    const double score = network.scores[static_cast<std::size_t>(row)];
    text += std::isnan(score) ? ",,0\n" : fmt::format(",{:.9g},{}\n", score, score > network.threshold ? 1 : 0);
  }
  return text;
}

void add_detect(CLI::App& app) {
  auto arguments = std::make_shared<DetectArguments>();
  TrainOptions& options = arguments->train;
  options.model = "conv-autoencoder";
  CLI::App& command = *app.add_subcommand("detect", "Learn what is normal in a table and find the rows that are not");
  command.footer(
      "Examples:\n"
      "  wavetrain detect --train normal.csv --test new.csv --window 288 --out normal.keras --scores scores.csv\n"
      "  wavetrain detect --train valve.csv --train-rows 400 --label anomaly --window 60 --threshold "
      "quantile:0.999:1.33\n"
      "  wavetrain detect --model normal.keras --test newer.csv\n"
      "  wavetrain detect --rated results/mine --windows combined_windows.json\n\n"
      "An autoencoder rates windows by how badly it gives them back; a row is an anomaly when all windows over it are "
      "(--cover).\nOther networks rate rows by how badly they forecast them. Thresholds are learnt on the training "
      "rows.");
  command.add_option("--train,--data", options.data, "What is normal: a csv file with one row per time step");
  command.add_option("--test", options.test, "Rows to be rated; those of --train when not given");
  command.add_option("--train-rows", arguments->train_rows, "Learn from the first rows of --train alone")
      ->check(CLI::PositiveNumber);
  add_model_option(command, options);
  command.add_option("--out", options.out, "Where the trained model and its threshold go (.keras)");
  command.add_option("--scores", arguments->scores, "Write the score of every row to this csv file");
  command.add_option("--report", arguments->report, "Write everything into one HTML file");
  command
      .add_option("--threshold", arguments->threshold,
                  "max, quantile:0.999, std:3 or pot:0.001 of the scores of normal rows, each also times a factor "
                  "(quantile:0.99:1.5); or a number")
      ->capture_default_str();
  command
      .add_option("--cover", arguments->cover,
                  "A row gets the smallest (all), mean or largest (any) score of its windows")
      ->check(CLI::IsMember({"all", "mean", "any"}))
      ->capture_default_str();
  command.add_option("--by", arguments->by, "What is rated: reconstruction or forecast; auto: what the model does")
      ->check(CLI::IsMember({"auto", "reconstruction", "forecast"}));
  command.add_option("--label", arguments->label_column,
                     "A column that is 1 where rows are anomalies, to score against");
  command.add_option("--windows", arguments->windows_file,
                     "The Numenta benchmark's combined_windows.json, to score against");
  command.add_option("--rated", arguments->rated,
                     "Score what was rated before: a folder of csv files with columns timestamp and anomaly_score, as "
                     "--scores writes them, named after the entries of --windows");
  command.add_option("--windows-key", arguments->windows_key,
                     "The entry in it; found by the path of the file when not given");
  command.add_option("--buffer", arguments->buffer, "Rows around anomalies that vus_pr is lenient in")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--validation-split", options.validation_split, "The last part of the windows chooses the epoch");
  add_training_options(command, options);
  command.add_option("--columns", options.columns, "Columns that the model sees; all numbers when not given")
      ->delimiter(',')
      ->group("Tables");
  command.add_option("--window", options.window, "Rows that the model sees")
      ->check(CLI::PositiveNumber)
      ->group("Tables");
  command.add_option("--horizon", options.horizon, "Rows to forecast, for networks that do")
      ->check(CLI::PositiveNumber)
      ->group("Tables");
  add_data_options(command, options.data_options);
  add_common(command, options.common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
