// `forecast`: trains at every origin, and scores beside forecasts that need no network.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include "forecast_task.hpp"
#include "run_progress.hpp"
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

  Forecasts predict(const Sequential& model, const TableSettings& settings, const series::PreparedTable& data,
                    series::RowRange rows) const {
    return forecast(model, settings, data, windows_over(data, settings, {}, rows), arguments_.scaled);
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
        .intervals = {},
        .quantiles = {}};
    TableSettings& task = *settings.table;
    if (arguments_.quantiles()) task.quantiles = {(1 - arguments_.level) / 2, 0.5, (1 + arguments_.level) / 2};
    const series::PreparedTable data = task.preparation.apply(table_);
    const WindowData train(data, windows_over(data, task, {0, split.train.last}));
    const bool has_validation = split.validation.last > split.validation.first;
    TrainingData training{.x = train.x(), .y = train.y(), .validation = {}, .mask = train.mask()};
    WindowData held;  // may own what the views show
    if (has_validation) {
      held = WindowData(data, windows_over(data, task, {}, split.validation));
      training.validation = held.validation();
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
      const Forecasts forecasts = predict(choice.model, task, data, split.test);
      const Array& predicted = forecasts.values;
      const ForecastScores scores = series::score_forecasts(score, predicted, method);
      seed_sums_[static_cast<std::size_t>(seed)].add(scores);
      if (seed == 0) {
        intervals(choice.model, task, data, split, {forecasts, truth});
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

  void intervals(const Sequential& model, TableSettings& task, const series::PreparedTable& data,
                 const series::TimeSplit& split, const Outcome& scored) {
    if (!(arguments_.level > 0)) return;
    Outcome known;
    if (split.validation.last > split.validation.first) {
      known.forecasts = predict(model, task, data, split.validation);
      known.truth = score_windows(data, task, split.validation).targets().to_array();
    }
    IntervalStudy study = study_intervals(arguments_.level, options_.horizon + options_.gap, known, scored);
    if (!arguments_.scaled) task.intervals = std::move(study.stored);
    result_.bounds = std::move(study.shown);
    result_.interval_note = std::move(study.note);
    if (!study.summary.empty()) intervals_.push_back(std::move(study.summary));
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
    result_.intervals = mean_of(intervals_);
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
  std::vector<IntervalSummary> intervals_;
  ForecastResult result_;
};

}  // namespace

ForecastResult run_forecast(const ForecastArguments& arguments, const series::Table& table) {
  return ForecastExperiment(arguments, table).run();
}

}  // namespace wavetrain::app
