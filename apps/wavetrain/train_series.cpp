// `train` on a set of labelled series.
#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "series_problem.hpp"
#include "wavetrain/series/validation.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

void train_on_series(const TrainOptions& options) {
  SeriesData sets = read_series_data(options, Task::classification);
  if (options.test.empty() && options.validation_split.value_or(0) != 0) {
    // Drawn at random, because files often come class by class.
    series::Fold fold;
    try {
      fold = series::random_split(sets.train.samples(), sets.train.labels, *options.validation_split, options.seed);
    } catch (const ValueError& error) {
      throw ValueError(fmt::format("--validation-split: {}", error.what()));
    }
    sets.test = series::take(sets.train, fold.test);
    sets.train = series::take(sets.train, fold.train);
  }
  SeriesProblem problem = pose(options, std::move(sets.train), std::move(sets.test));
  ModelChoice choice = make_series_model(problem, options);
  if (!options.common.json && !choice.note.empty()) fmt::print("{}\n", choice.note);

  TrainingData data{.x = problem.train.values, .y = problem.y, .validation = {}, .mask = problem.mask()};
  if (problem.held.samples() > 0) {
    data.validation = {.x = problem.held.values, .y = problem.y_held, .mask = problem.mask_held()};
  }
  const Clock::time_point start = Clock::now();
  const History history = fit(choice, data, options);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  write_results(choice, problem.settings, history, options);
  print_report({.choice = choice, .data = data, .history = history, .settings = problem.settings, .seconds = seconds},
               options);
}

}  // namespace wavetrain::app
