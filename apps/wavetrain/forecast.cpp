// `forecast`: trains on the past of a table, is scored on its end, beside forecasts that need no network.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "commands.hpp"
#include "forecast_task.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "run_progress.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/series/validation.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;
using series::ForecastMethod;
using series::ForecastScores;
constexpr ForecastMethod kMethods[] = {ForecastMethod::repeat, ForecastMethod::seasonal, ForecastMethod::drift,
                                       ForecastMethod::mean, ForecastMethod::smoothing};

// Errors over several origins, each counted by its pairs.
struct Sums {
  double mae = 0, mse = 0, mase = 0, smape = 0;
  double pairs = 0;

  void add(const ForecastScores& scores) {
    const auto n = static_cast<double>(scores.pairs);
    mae += n * scores.mae;
    mse += n * scores.mse;
    mase += n * scores.mase;
    smape += n * scores.smape;
    pairs += n;
  }
  std::vector<double> values() const {
    return {mae / pairs, mse / pairs, std::sqrt(mse / pairs), mase / pairs, smape / pairs};
  }
};

// Training, validation and test rows of every origin.
std::vector<series::TimeSplit> splits_of(const ForecastArguments& arguments, Index rows) {
  if (arguments.origins <= 1 && arguments.test_rows == 0) {
    return {series::split_in_time(rows, 1 - arguments.validation_part - arguments.test_part, arguments.test_part)};
  }
  const Index test_rows =
      arguments.test_rows > 0
          ? arguments.test_rows
          : std::max<Index>(1, static_cast<Index>(arguments.test_part * static_cast<double>(rows)) / arguments.origins);
  std::vector<series::TimeSplit> splits = series::rolling_origins(rows, arguments.origins, test_rows);
  for (series::TimeSplit& split : splits) {
    const Index held = static_cast<Index>(arguments.validation_part * static_cast<double>(split.train.last));
    split.validation = {split.train.last - held, split.train.last};
    split.train.last -= held;
  }
  return splits;
}

// The windows of one behind those of the other.
Array joined(const Array& first, const Array& second) {
  Shape shape = first.shape();
  shape[0] += second.shape()[0];
  Array both(shape);
  std::copy(first.begin(), first.end(), both.begin());
  std::copy(second.begin(), second.end(), both.begin() + static_cast<std::ptrdiff_t>(first.size()));
  return both;
}

class ForecastExperiment {
 public:
  ForecastExperiment(const ForecastArguments& arguments, const series::Table& table)
      : arguments_(arguments), options_(arguments.train), table_(table), splits_(splits_of(arguments, table.rows())) {}

  ForecastResult run() {
    const Clock::time_point start = Clock::now();
    result_.table = &table_;
    const auto seeds = static_cast<std::size_t>(arguments_.seeds);
    seed_sums_.resize(seeds);
    RunProgress progress(static_cast<Index>(splits_.size() * seeds), !options_.common.json && options_.verbose != 0);
    options_.callbacks = {progress.callback()};
    options_.verbose = 0;
    for (std::size_t k = 0; k < splits_.size(); ++k) origin(k, progress);
    finish();
    result_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(result_);
  }

 private:
  // Scores and baselines are of the raw values, or of the scaled ones when those were asked for.
  series::Windows score_windows(const series::PreparedTable& data, const TableSettings& settings,
                                series::RowRange rows) const {
    return arguments_.scaled ? windows_over(data, settings, {}, rows) : raw_windows(data, settings, {}, rows);
  }

  Array predict(const Sequential& model, const TableSettings& settings, const series::PreparedTable& data,
                series::RowRange rows) const {
    const series::Windows windows = windows_over(data, settings, {}, rows);
    if (!arguments_.scaled) return forecast(model, settings, data, windows);
    Array predicted = model.predict(windows.inputs());
    return std::move(predicted).reshaped(windows.targets().shape());
  }

  void origin(std::size_t k, RunProgress& progress) {
    const series::TimeSplit& split = splits_[k];
    Settings settings;
    settings.task = Task::forecast;
    settings.missing = options_.missing;
    settings.table = TableSettings{
        .preparation = series::TablePreparation::fit(table_recipe(options_), table_, {0, split.train.last}),
        .window = options_.window,
        .horizon = options_.horizon,
        .gap = options_.gap,
        .intervals = {}};
    TableSettings& task = *settings.table;
    const series::PreparedTable data = task.preparation.apply(table_);
    const series::Windows train = windows_over(data, task, {0, split.train.last});
    const bool has_validation = split.validation.last > split.validation.first;
    TrainingData training{.x = train.inputs(), .y = train.targets(), .validation = {}};
    series::Windows held;  // may own what the views show
    if (has_validation) {
      held = windows_over(data, task, {}, split.validation);
      training.validation = {.x = held.inputs(), .y = held.targets()};
    }
    const series::Windows score = score_windows(data, task, split.test);
    const Array truth = score.targets().to_array();
    const series::ForecastMethodOptions method{.season = arguments_.season,
                                               .training_rows = {data.first_row, split.test.first}};
    for (std::size_t m = 0; arguments_.baselines && m < std::size(kMethods); ++m) {
      if (kMethods[m] == ForecastMethod::seasonal && arguments_.season == 1) continue;
      baseline_sums_[m].add(series::score_forecasts(score, series::forecast(kMethods[m], score, method), method));
    }

    Array sum;
    for (Index seed = 0; seed < arguments_.seeds; ++seed) {
      progress.begin(fmt::format("{}, origin {} of {}, seed {} of {}", options_.model, k + 1, splits_.size(), seed + 1,
                                 arguments_.seeds));
      set_random_seed(options_.seed + static_cast<std::uint64_t>(seed));
      ModelChoice choice = make_model(options_.model, table_problem(task, train.size()), options_.choices);
      History history = fit(choice, training, options_);
      Array predicted = predict(choice.model, task, data, split.test);
      const ForecastScores scores = series::score_forecasts(score, predicted, method);
      seed_sums_[static_cast<std::size_t>(seed)].add(scores);
      if (seed == 0) {
        intervals(choice.model, settings, data, split, predicted, truth);
        by_step(series::score_by_step(score, predicted, method));
        if (k + 1 == splits_.size()) {
          result_.history = history;
          result_.settings = settings;
          result_.forecasts = predicted;
          result_.truth = truth;
          result_.first_target = score.target_row(0);
          result_.note = choice.note;
          result_.parameters = choice.model.count_params();
          result_.training_windows = train.size();
          result_.choice = std::make_unique<ModelChoice>(std::move(choice));
        }
      }
      if (sum.empty()) sum = Array(predicted.shape());
      for (Index i = 0; i < sum.size(); ++i) sum[i] += predicted[i] / static_cast<float>(arguments_.seeds);
    }
    ensemble_.add(series::score_forecasts(score, sum, method));
  }

  void intervals(const Sequential& model, Settings& settings, const series::PreparedTable& data,
                 const series::TimeSplit& split, const Array& predicted, const Array& truth) {
    if (!(arguments_.level > 0) || split.validation.last <= split.validation.first) return;
    const Array known = predict(model, *settings.table, data, split.validation);
    const Array known_truth = score_windows(data, *settings.table, split.validation).targets().to_array();
    series::ForecastIntervals learnt;
    try {
      learnt = series::ForecastIntervals::fit(arguments_.level, known, known_truth);
    } catch (const ValueError& error) {
      result_.interval_note = error.what();  // few rows are no reason to go without a forecast
      return;
    }
    fixed_.push_back(learnt.coverage(predicted, truth));
    result_.radii = series::adaptive_radii({.level = arguments_.level, .delay = options_.horizon + options_.gap}, known,
                                           known_truth, predicted, truth);
    Index inside = 0, count = 0;
    for (Index i = 0; i < truth.size(); ++i) {
      const float error = std::abs(predicted[i] - truth[i]);
      if (std::isnan(error)) continue;
      ++count;
      inside += error <= result_.radii[i];
    }
    adaptive_.push_back(static_cast<double>(inside) / static_cast<double>(std::max<Index>(count, 1)));
    // What is stored for forecasts to come learns from all rows that the model was not trained on, the scored ones,
    // which are the latest, included.
    if (!arguments_.scaled) {
      settings.table->intervals =
          series::ForecastIntervals::fit(arguments_.level, joined(known, predicted), joined(known_truth, truth));
    }
  }

  void by_step(const std::vector<ForecastScores>& scores) {
    step_sums_.resize(scores.size());
    for (std::size_t h = 0; h < scores.size(); ++h) step_sums_[h].add(scores[h]);
  }

  void finish() {
    Scoreboard& board = result_.board;
    board.columns = {"mae", "mse", "rmse", "mase", "smape"};
    std::vector<std::vector<double>> per_seed;
    for (const Sums& sums : seed_sums_) per_seed.push_back(sums.values());
    Scoreboard::Row network{.name = options_.model, .values = {}, .deviations = {}, .is_network = true};
    if (network.name.size() > 30) network.name = "the layers given";
    for (std::size_t c = 0; c < board.columns.size(); ++c) {
      std::vector<double> values;
      for (const std::vector<double>& seed : per_seed) values.push_back(seed[c]);
      network.values.push_back(mean_of(values));
      if (arguments_.seeds > 1) network.deviations.push_back(deviation_of(values));
    }
    board.rows.push_back(std::move(network));
    if (arguments_.seeds > 1) {
      board.rows.push_back({fmt::format("mean of {} networks", arguments_.seeds), ensemble_.values(), {}, true});
    }
    for (std::size_t m = 0; m < std::size(kMethods); ++m) {
      if (baseline_sums_[m].pairs == 0) continue;
      board.rows.push_back({series::to_string(kMethods[m]), baseline_sums_[m].values(), {}, false});
    }
    for (const Sums& sums : step_sums_) result_.mae_by_step.push_back(sums.values()[0]);
    if (!fixed_.empty()) {
      result_.coverage = mean_of(fixed_);
      result_.adaptive_coverage = mean_of(adaptive_);
    }
    result_.origins = static_cast<Index>(splits_.size());
    result_.test_rows = splits_.back().test;
  }

  const ForecastArguments& arguments_;
  TrainOptions options_;
  const series::Table& table_;
  std::vector<series::TimeSplit> splits_;
  std::vector<Sums> seed_sums_;
  Sums ensemble_;
  Sums baseline_sums_[std::size(kMethods)];
  std::vector<Sums> step_sums_;
  std::vector<double> fixed_, adaptive_;
  ForecastResult result_;
};

void print(const ForecastArguments& arguments, const ForecastResult& result) {
  if (arguments.train.common.json) {
    Config json = Config::dict({{"model", arguments.train.model},
                                {"parameters", result.parameters},
                                {"windows", result.training_windows},
                                {"origins", result.origins},
                                {"seeds", arguments.seeds},
                                {"seconds", result.seconds},
                                {"scores", result.board.to_config()},
                                {"mae_by_step", Config::List(result.mae_by_step.begin(), result.mae_by_step.end())},
                                {"verdict", result.board.verdict()}});
    if (result.coverage) {
      json.set("interval", Config::dict({{"level", arguments.level},
                                         {"coverage", *result.coverage},
                                         {"adaptive_coverage", *result.adaptive_coverage}}));
    }
    fmt::print("{}\n", files::to_json(json, {.indent = 2}));
    return;
  }
  if (!result.note.empty()) fmt::print("{}\n", result.note);
  fmt::print("{} windows to train on, {} parameters, {} origin{}, {} seed{}, {:.1f} s\n", result.training_windows,
             result.parameters, result.origins, result.origins == 1 ? "" : "s", arguments.seeds,
             arguments.seeds == 1 ? "" : "s", result.seconds);
  fmt::print("loss by epoch  {}\n\n", sparkline(result.history["loss"]));
  fmt::print("{}\n{}\n", result.board.text(), result.board.verdict());
  if (result.mae_by_step.size() > 1) {
    fmt::print("mae by step of the horizon  {:.4g} {} {:.4g}\n", result.mae_by_step.front(),
               sparkline(result.mae_by_step), result.mae_by_step.back());
  }
  if (!result.interval_note.empty()) fmt::print("no intervals: {}\n", result.interval_note);
  if (result.coverage) {
    fmt::print("intervals of {:g} % hold {:.1f} % of the truth, adapted as it comes in; {:.1f} % as they were before\n",
               100 * arguments.level, 100 * *result.adaptive_coverage, 100 * *result.coverage);
  }
}

void run(ForecastArguments& arguments) {
  TrainOptions& options = arguments.train;
  apply(options.common);
  for (const std::string& path :
       {options.out, arguments.predictions, arguments.report, options.history, options.curves}) {
    if (!path.empty()) require_writable(path);
  }
  if (arguments.scaled && !options.differences.empty()) {
    throw ValueError(
        "--score-scaled: expected no --difference beside it, whose scaled values are those of differences.");
  }
  if (options.window < 1) throw ValueError("--window: expected the number of rows that the model sees, at least 1.");
  const series::Table table = read_table(options.data, options.data_options);
  ForecastResult result = run_forecast(arguments, table);
  const HoldInterrupts whole_files;
  if (!options.out.empty()) save(result.choice->model, result.settings, options.out);
  if (!options.history.empty()) files::write_file_atomically(options.history, history_csv(result.history));
  if (!options.curves.empty()) files::write_file_atomically(options.curves, curves_svg(result.history, options.model));
  if (!arguments.predictions.empty())
    files::write_file_atomically(arguments.predictions, forecast_csv(arguments, result));
  if (!arguments.report.empty()) files::write_file_atomically(arguments.report, forecast_html(arguments, result));
  print(arguments, result);
}

}  // namespace

ForecastResult run_forecast(const ForecastArguments& arguments, const series::Table& table) {
  return ForecastExperiment(arguments, table).run();
}

std::string forecast_csv(const ForecastArguments& arguments, const ForecastResult& result) {
  const std::vector<std::string>& targets = result.settings.table->preparation.targets();
  const auto count = static_cast<Index>(targets.size());
  const Index horizon = arguments.train.horizon;
  const series::TextColumn* stamps = result.table->time_stamps();
  std::string text = "row,step";
  if (stamps != nullptr) text += "," + csv_field(stamps->name);
  for (const std::string& target : targets) {
    text += "," + csv_field(target) + "," + csv_field(target + " forecast");
    if (!result.radii.empty()) text += "," + csv_field(target + " low") + "," + csv_field(target + " high");
  }
  text += "\n";
  for (Index i = 0; i < result.truth.shape()[0]; ++i) {
    for (Index h = 0; h < horizon; ++h) {
      const Index row = result.first_target + i + h;
      text += fmt::format("{},{}", row, h + 1);
      if (stamps != nullptr) text += "," + csv_field(std::string((*stamps)[row]));
      for (Index k = 0; k < count; ++k) {
        const Index at = (i * horizon + h) * count + k;
        text += fmt::format(",{},{}", result.truth[at], result.forecasts[at]);
        if (!result.radii.empty()) {
          text +=
              fmt::format(",{},{}", result.forecasts[at] - result.radii[at], result.forecasts[at] + result.radii[at]);
        }
      }
      text += "\n";
    }
  }
  return text;
}

void add_forecast(CLI::App& app) {
  auto arguments = std::make_shared<ForecastArguments>();
  TrainOptions& options = arguments->train;
  options.model = "linear";
  CLI::App& command =
      *app.add_subcommand("forecast", "Learn to continue a table of numbers, and compare with simple methods");
  command.footer(
      "Examples:\n"
      "  wavetrain forecast --data taxi.csv --target value --window 336 --horizon 48 --season 336 --out taxi.keras\n"
      "  wavetrain forecast --data air.csv --target passengers --window 24 --horizon 12 --season 12 --difference 1,12 "
      "\\\n"
      "      --origins 6 --test-rows 12 --seeds 3\n\n"
      "Rows are cut in the order of time: the first are trained on, the next choose the epoch and the width of the "
      "intervals,\nthe last are scored. `predict MODEL` then forecasts behind the end of a table.");
  command.add_option("--data,--train", options.data, "A csv file with one row per time step; `-` is standard input")
      ->required();
  command.add_option("--target", options.targets, "What to forecast: a column, several, or `all`")
      ->delimiter(',')
      ->required();
  add_model_option(command, options);
  command.add_option("--out", options.out, "Where the trained model goes (.keras): first seed, last origin");
  command.add_option("--predictions", arguments->predictions,
                     "Write truth and forecasts of the test rows to this csv file");
  command.add_option("--report", arguments->report, "Write everything into one HTML file");
  command.add_option("--season", arguments->season, "Rows of a season, for the baselines and MASE")
      ->check(CLI::PositiveNumber);
  command.add_option("--test-part", arguments->test_part, "Part of the rows that is scored")->capture_default_str();
  command
      .add_option("--validation-part", arguments->validation_part,
                  "Part of the rows before them that chooses the epoch")
      ->capture_default_str();
  command
      .add_option("--origins", arguments->origins,
                  "Train again so many times, always on all rows before the scored ones")
      ->check(CLI::PositiveNumber);
  command.add_option("--test-rows", arguments->test_rows, "Rows that are scored at each origin")
      ->check(CLI::PositiveNumber);
  command.add_option("--seeds", arguments->seeds, "Train so many networks; scores are means ± deviations")
      ->check(CLI::PositiveNumber);
  command.add_option("--interval", arguments->level, "Level of the intervals around forecasts; 0: none")
      ->check(CLI::Range(0.0, 0.999))
      ->capture_default_str();
  command.add_flag("--score-scaled", arguments->scaled, "Score scaled values, as the forecasting benchmarks do");
  add_training_options(command, options);
  add_table_options(command, options);
  add_data_options(command, options.data_options);
  add_common(command, options.common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
