#include "series_problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wavetrain::app {

SeriesData read_series_data(const TrainOptions& options, Task task) {
  SeriesData data;
  const series::LabelKind labels = label_kind(options.data_options, task);
  data.train = read_set(options.data, options.data_options, labels, options.missing);
  if (!data.train.has_targets()) {
    if (!data.train.has_labels()) {
      throw ValueError(fmt::format("{}: expected a class or a number for each series (see --labels). Received: none.",
                                   options.data));
    }
    if (data.train.classes() < 2) {
      throw ValueError(fmt::format("{}: expected at least two classes. Received: {}", options.data,
                                   fmt::join(data.train.class_names, ", ")));
    }
  }
  if (options.test.empty()) return data;
  data.test = read_set(options.test, options.data_options, labels, options.missing, data.train.class_names);
  if (data.test.has_targets() != data.train.has_targets() || data.test.has_labels() != data.train.has_labels()) {
    throw ValueError(
        fmt::format("{} and {} differ in what they predict: one has classes or numbers that the other lacks.",
                    options.data, options.test));
  }
  return data;
}

presets::Problem SeriesProblem::problem() const {
  return {.samples = train.samples(),
          .steps = train.time(),
          .channels = train.channels(),
          .outputs = outputs,
          .classification = settings.task == Task::classification};
}

SeriesProblem pose(const TrainOptions& options, series::SeriesSet train, series::SeriesSet held) {
  SeriesProblem problem;
  problem.train = std::move(train);
  problem.held = std::move(held);
  Settings& settings = problem.settings;
  settings.missing = options.missing;
  if (problem.train.has_targets()) settings.task = Task::regression;
  settings.class_names = problem.train.class_names;
  const bool has_held = problem.held.samples() > 0;
  settings.equal_length = problem.train.equal_length && (!has_held || problem.held.equal_length);
  settings.masked = options.missing == "mask" || (!settings.equal_length && options.padding == "mask");
  // Models have one length: that of the longest series of both sets.
  if (!settings.equal_length && problem.held.time() > problem.train.time()) {
    problem.train = series::pad_to(problem.train, problem.held.time());
  }
  settings.normalizer = series::Normalizer::fit(
      series::scaling_named(options.normalize.empty() ? "none" : options.normalize), problem.train);
  const Shape input{kNone, problem.train.time(), problem.train.channels()};
  problem.train_mask = prepare(problem.train, settings, input);
  if (has_held) problem.held_mask = prepare(problem.held, settings, input);
  problem.outputs = settings.task == Task::classification ? problem.train.classes()
                    : problem.train.targets.rank() == 2   ? problem.train.targets.shape()[1]
                                                          : 1;
  return problem;
}

namespace {

Array rows_of(const Array& values, const std::vector<Index>& rows) {
  if (values.empty()) return {};
  const Index width = values.shape().size_from(1);
  Array taken(Shape{static_cast<Index>(rows.size()), width});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy_n(values.data() + rows[i] * width, width, taken.data() + static_cast<Index>(i) * width);
  }
  return taken;
}

}  // namespace

SeriesProblem hold_out(const SeriesProblem& whole, const series::Fold& fold) {
  SeriesProblem problem;
  problem.settings = whole.settings;
  problem.outputs = whole.outputs;
  problem.train = series::take(whole.train, fold.train);
  problem.held = series::take(whole.train, fold.test);
  problem.train_mask = rows_of(whole.train_mask, fold.train);
  problem.held_mask = rows_of(whole.train_mask, fold.test);
  return problem;
}

ModelChoice make_series_model(SeriesProblem& problem, const TrainOptions& options) {
  ModelChoice choice = make_model(options.model, problem.problem(), options.choices);
  Settings& settings = problem.settings;
  settings.encoding =
      settings.task == Task::classification ? encoding_of(choice.model, problem.outputs) : Encoding::values;
  problem.y = targets_of(problem.train, settings);
  if (problem.held.samples() > 0) problem.y_held = targets_of(problem.held, settings);
  return choice;
}

}  // namespace wavetrain::app
