// `train` on a set of labelled series.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "training.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;

// A part drawn at random, because files often come class by class, and the rest.
series::SplitSet split_at_random(const series::SeriesSet& set, double fraction, std::uint64_t seed) {
  if (!(fraction > 0 && fraction < 1)) {
    throw ValueError(fmt::format("--validation-split: expected a number between 0 and 1. Received: {}", fraction));
  }
  const Index held_out = static_cast<Index>(fraction * static_cast<double>(set.samples()));
  if (held_out < 1 || held_out >= set.samples()) {
    throw ValueError(
        fmt::format("--validation-split {}: leaves nothing on one side of {} samples.", fraction, set.samples()));
  }
  std::vector<Index> order(static_cast<std::size_t>(set.samples()));
  std::iota(order.begin(), order.end(), Index{0});
  Random random(seed);
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  const auto first = static_cast<std::size_t>(set.samples() - held_out);
  std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(first));
  const std::span<const Index> all(order);
  return {series::take(set, all.first(first)), series::take(set, all.subspan(first))};
}

series::Scaling scaling(const std::string& name) {
  if (name == "global") return series::Scaling::global;
  return name == "series" ? series::Scaling::per_series : series::Scaling::none;
}

}  // namespace

void train_on_series(const TrainOptions& options) {
  Settings settings;
  settings.missing = options.missing;
  series::SplitSet sets;
  sets.train =
      read_set(options.data, options.data_options, label_kind(options.data_options, settings.task), options.missing);
  if (sets.train.has_targets()) settings.task = Task::regression;
  else if (!sets.train.has_labels()) {
    throw ValueError(
        fmt::format("{}: expected a class or a number for each series (see --labels). Received: none.", options.data));
  } else if (sets.train.classes() < 2) {
    throw ValueError(fmt::format("{}: expected at least two classes. Received: {}", options.data,
                                 fmt::join(sets.train.class_names, ", ")));
  }
  settings.class_names = sets.train.class_names;
  if (!options.test.empty()) {
    sets.test = read_set(options.test, options.data_options, label_kind(options.data_options, settings.task),
                         options.missing, settings.class_names);
  } else if (options.validation_split.value_or(0) != 0) {
    sets = split_at_random(sets.train, *options.validation_split, options.seed);
  }
  settings.equal_length = sets.train.equal_length && (sets.test.samples() == 0 || sets.test.equal_length);
  // Models have one length: that of the longest series of both files.
  if (!settings.equal_length && sets.test.time() > sets.train.time())
    sets.train = series::pad_to(sets.train, sets.test.time());
  settings.normalizer = series::Normalizer::fit(scaling(options.normalize), sets.train);

  const Shape input{kNone, sets.train.time(), sets.train.channels()};
  prepare(sets.train, settings, input);
  const bool classification = settings.task == Task::classification;
  const Index outputs = classification                   ? sets.train.classes()
                        : sets.train.targets.rank() == 2 ? sets.train.targets.shape()[1]
                                                         : 1;
  ModelChoice choice = make_model(options.model,
                                  {.samples = sets.train.samples(),
                                   .steps = input[1],
                                   .channels = input[2],
                                   .outputs = outputs,
                                   .classification = classification},
                                  options.choices);
  if (!options.common.json && !choice.note.empty()) fmt::print("{}\n", choice.note);
  settings.encoding = classification ? encoding_of(choice.model, outputs) : Encoding::values;

  const Array y = targets_of(sets.train, settings);
  Array y_test;
  TrainingData data{.x = sets.train.values, .y = y, .validation = {}};
  if (sets.test.samples() > 0) {
    prepare(sets.test, settings, input);
    y_test = targets_of(sets.test, settings);
    data.validation = {.x = sets.test.values, .y = y_test};
  }
  const Clock::time_point start = Clock::now();
  const History history = fit(choice, data, options);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  write_results(choice, settings, history, options);
  print_report({.choice = choice, .data = data, .history = history, .settings = settings, .seconds = seconds}, options);
}

}  // namespace wavetrain::app
