// `forecast`: the command, its report and its tables. Training and scoring: forecast_experiment.cpp.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "commands.hpp"
#include "forecast_task.hpp"
#include "interrupt.hpp"
#include "report.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::app {
namespace {

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
    if (!result.intervals.empty()) {
      json.set("interval", to_config(result.intervals, arguments.level, arguments.quantiles()));
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
  if (!result.interval_note.empty()) fmt::print("{}\n", result.interval_note);
  fmt::print("{}", interval_text(result.intervals, arguments.level));
}

// What quantiles cannot be combined with.
void check_quantiles(const ForecastArguments& arguments) {
  const TrainOptions& options = arguments.train;
  if (!(arguments.level > 0)) {
    throw ValueError("--interval-method quantile: expected the level that is to be learnt, --interval above 0.");
  }
  if (!options.choices.loss.empty() || !options.choices.metrics.empty()) {
    throw ValueError("--interval-method quantile: the loss is that of the quantiles; expected no --loss or --metrics.");
  }
  for (const Index lag : options.differences) {
    if (lag >= options.horizon) continue;
    throw ValueError(
        fmt::format("--interval-method quantile: forecasts of differences over {} rows are added up over a horizon of "
                    "{}, and quantiles of sums are not sums of quantiles: expected --difference of at least the "
                    "horizon, or --interval-method conformal.",
                    lag, options.horizon));
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
  if (arguments.quantiles()) check_quantiles(arguments);
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

std::string forecast_csv(const ForecastArguments& arguments, const ForecastResult& result) {
  const std::vector<std::string>& targets = result.settings.table->preparation.targets();
  const auto count = static_cast<Index>(targets.size());
  const Index horizon = arguments.train.horizon;
  const series::TextColumn* stamps = result.table->time_stamps();
  std::string text = "row,step";
  if (stamps != nullptr) text += "," + csv_field(stamps->name);
  for (const std::string& target : targets) {
    text += "," + csv_field(target) + "," + csv_field(target + " forecast");
    if (!result.bounds.empty()) text += "," + csv_field(target + " low") + "," + csv_field(target + " high");
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
        if (!result.bounds.empty()) text += fmt::format(",{},{}", result.bounds.low[at], result.bounds.high[at]);
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
  command
      .add_option("--interval-method", arguments->interval_method,
                  "conformal: the forecast ± what its errors were; quantile: the network learns the bounds and the "
                  "median instead of the mean, and the validation rows correct them")
      ->check(CLI::IsMember({"conformal", "quantile"}))
      ->capture_default_str();
  command.add_flag("--score-scaled", arguments->scaled, "Score scaled values, as the forecasting benchmarks do");
  add_training_options(command, options);
  add_table_options(command, options);
  add_data_options(command, options.data_options);
  add_common(command, options.common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
