// The work behind `classify` and `regress`: folds, seeds, and the methods beside them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "classify_task.hpp"
#include "run_progress.hpp"
#include "wavetrain/random.hpp"
#include "wavetrain/series/nearest_neighbor.hpp"
#include "wavetrain/series/validation.hpp"

namespace wavetrain::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Scores of one method on one test set, in the order of the board's columns.
using Scores = std::vector<double>;

Scores class_board_scores(const std::vector<std::int32_t>& expected, const std::vector<std::int32_t>& received,
                          std::size_t classes) {
  std::vector<std::vector<Index>> confusion(classes, std::vector<Index>(classes));
  Index right = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ++confusion[static_cast<std::size_t>(expected[i])][static_cast<std::size_t>(received[i])];
    right += expected[i] == received[i];
  }
  double f1 = 0, recall = 0;
  Index present = 0;
  for (const ClassScores& scores : class_scores(confusion)) {
    if (scores.cases == 0) continue;
    f1 += scores.f1;
    recall += scores.recall;
    ++present;
  }
  const auto n = static_cast<double>(std::max<Index>(present, 1));
  return {static_cast<double>(right) / static_cast<double>(expected.size()), f1 / n, recall / n};
}

Scores value_board_scores(const std::vector<float>& expected, const std::vector<float>& received) {
  double squares = 0, absolute = 0, mean = 0, spread = 0;
  const auto n = static_cast<double>(expected.size());
  for (const float value : expected) mean += value / n;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double error = static_cast<double>(received[i]) - static_cast<double>(expected[i]);
    squares += error * error;
    absolute += std::abs(error);
    spread += (expected[i] - mean) * (expected[i] - mean);
  }
  return {std::sqrt(squares / n), absolute / n, spread > 0 ? 1 - squares / spread : kNaN};
}

class ClassifyExperiment {
 public:
  ClassifyExperiment(const ClassifyArguments& arguments, SeriesData data)
      : arguments_(arguments), options_(arguments.train), data_(std::move(data)) {}

  ClassifyResult run() {
    const Clock::time_point start = Clock::now();
    const bool own_test = data_.test.samples() > 0;
    std::vector<series::Fold> folds;
    if (!own_test) {
      const std::uint64_t seed = options_.seed;
      folds = data_.train.has_labels() ? series::stratified_k_fold(data_.train.labels, arguments_.folds, seed)
                                       : series::k_fold(data_.train.samples(), arguments_.folds, seed);
    }
    const std::size_t parts = own_test ? 1 : folds.size();
    result_.class_names = data_.train.class_names;
    result_.confusion.assign(result_.class_names.size(), std::vector<Index>(result_.class_names.size()));
    result_.folds = static_cast<Index>(parts);
    network_.resize(static_cast<std::size_t>(arguments_.seeds));
    RunProgress progress(static_cast<Index>(parts) * arguments_.seeds, !options_.common.json && options_.verbose != 0);
    options_.callbacks = {progress.callback()};
    options_.verbose = 0;
    for (std::size_t k = 0; k < parts; ++k) {
      if (own_test) part(data_.train, data_.test, {}, k, parts, progress);
      else
        part(series::take(data_.train, folds[k].train), series::take(data_.train, folds[k].test), folds[k].test, k,
             parts, progress);
    }
    finish();
    result_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(result_);
  }

 private:
  // `positions`: where the samples of `test` stand in the file; empty: in order.
  void part(series::SeriesSet train, series::SeriesSet test, const std::vector<Index>& positions, std::size_t k,
            std::size_t parts, RunProgress& progress) {
    if (test.channels() != train.channels()) {
      throw ValueError(fmt::format("{} has {} channels, expected {} as in {}", test.source, test.channels(),
                                   train.channels(), train.source));
    }
    // One length for both, that of the longest.
    const bool unequal = !train.equal_length || !test.equal_length;
    if (unequal && test.time() > train.time()) train = series::pad_to(train, test.time());
    if (unequal) train.equal_length = false;
    SeriesProblem whole = pose(options_, train, {});
    const Shape input{kNone, whole.train.time(), whole.train.channels()};
    series::SeriesSet scored = test;
    const Array mask = prepare(scored, whole.settings, input);
    if (arguments_.baselines) baselines(whole, scored);
    Array sum;
    for (Index seed = 0; seed < arguments_.seeds; ++seed) {
      const std::uint64_t number = options_.seed + static_cast<std::uint64_t>(seed);
      progress.begin(
          fmt::format("{}, fold {} of {}, seed {} of {}", options_.model, k + 1, parts, seed + 1, arguments_.seeds));
      set_random_seed(number);
      SeriesProblem problem = whole;
      ModelChoice choice = make_series_model(problem, options_);
      const double held = options_.validation_split.value_or(choice.validation_split);
      if (held > 0) {
        problem = hold_out(whole, series::random_split(train.samples(), train.labels, held, number));
        set_random_seed(number);
        choice = make_series_model(problem, options_);
      }
      TrainingData training{.x = problem.train.values, .y = problem.y, .validation = {}, .mask = problem.mask()};
      if (problem.held.samples() > 0) {
        training.validation = {.x = problem.held.values, .y = problem.y_held, .mask = problem.mask_held()};
      }
      const History history = fit(choice, training, options_);
      const Array y = choice.model.predict(scored.values, {.mask = mask.empty() ? DataView() : DataView(mask)});
      const std::vector<CaseResult> cases = cases_of(y, scored, positions);
      network_[static_cast<std::size_t>(seed)].push_back(score(cases));
      if (sum.empty()) sum = Array(y.shape());
      for (Index i = 0; i < sum.size(); ++i) sum[i] += y[i] / static_cast<float>(arguments_.seeds);
      if (seed > 0) continue;
      result_.scored_cases.clear();
      for (const CaseResult& item : cases) {
        if (!result_.confusion.empty()) {
          ++result_.confusion[static_cast<std::size_t>(item.expected)][static_cast<std::size_t>(item.received)];
        }
        result_.scored_cases.push_back(static_cast<Index>(result_.cases.size()));
        result_.cases.push_back(item);
      }
      result_.scored = scored;
      result_.history = history;
      result_.settings = problem.settings;
      result_.note = choice.note;
      result_.parameters = choice.model.count_params();
      result_.train_samples = problem.train.samples();
      result_.steps = input[1];
      result_.channels = input[2];
      result_.choice = std::make_unique<ModelChoice>(std::move(choice));
    }
    ensemble_.push_back(score(cases_of(sum, scored, positions)));
  }

  bool classes() const { return !result_.class_names.empty(); }

  std::vector<CaseResult> cases_of(const Array& y, const series::SeriesSet& set,
                                   const std::vector<Index>& positions) const {
    const Index n = y.shape()[0], outputs = y.size() / std::max<Index>(n, 1);
    std::vector<CaseResult> cases;
    for (Index i = 0; i < n; ++i) {
      CaseResult item{.sample = positions.empty() ? i : positions[static_cast<std::size_t>(i)], .outputs = {}};
      if (classes() && outputs == 1) item.outputs = {1 - y[i], y[i]};
      else item.outputs.assign(y.data() + i * outputs, y.data() + (i + 1) * outputs);
      if (classes()) {
        item.expected = set.labels[i];
        item.received = static_cast<std::int32_t>(std::max_element(item.outputs.begin(), item.outputs.end()) -
                                                  item.outputs.begin());
      } else {
        item.target = set.targets[i * (set.targets.size() / n)];
      }
      cases.push_back(std::move(item));
    }
    return cases;
  }

  Scores score(const std::vector<CaseResult>& cases) const {
    if (classes()) {
      std::vector<std::int32_t> expected, received;
      for (const CaseResult& item : cases) {
        expected.push_back(item.expected);
        received.push_back(item.received);
      }
      return class_board_scores(expected, received, result_.class_names.size());
    }
    std::vector<float> expected, received;
    for (const CaseResult& item : cases) {
      expected.push_back(item.target);
      received.push_back(item.outputs[0]);
    }
    return value_board_scores(expected, received);
  }

  void baselines(const SeriesProblem& problem, const series::SeriesSet& test) {
    const series::SeriesSet& train = problem.train;
    const bool complete = std::none_of(train.values.begin(), train.values.end(), [](float v) { return std::isnan(v); });
    if (!complete) return;
    if (classes()) {
      const std::int32_t majority = series::majority_class(train.labels);
      add("most frequent class", score_neighbors(test, [&](std::size_t) { return majority; }));
    } else {
      float mean = 0;
      for (Index i = 0; i < train.samples(); ++i) mean += target(train, i) / static_cast<float>(train.samples());
      add("mean of the training set", score_values(test, [&](std::size_t) { return mean; }));
    }
    const auto one_nearest = [&](const std::string& name, const std::vector<Index>& nearest) {
      if (classes()) add(name, score_neighbors(test, [&](std::size_t i) { return train.labels[nearest[i]]; }));
      else add(name, score_values(test, [&](std::size_t i) { return target(train, nearest[i]); }));
    };
    one_nearest("1-NN, Euclidean", series::nearest_neighbors(train.values, test.values));
    const Index band = static_cast<Index>(arguments_.band * static_cast<double>(train.time()));
    const double cost = static_cast<double>(test.samples()) * static_cast<double>(train.samples()) *
                        static_cast<double>(train.time() * (2 * band + 1) * train.channels());
    if (cost > 3e10) return;  // minutes
    series::WarpingOptions warping{.band = band};
    if (!problem.settings.equal_length) {
      warping.train_lengths = train.lengths;
      warping.test_lengths = test.lengths;
    }
    one_nearest(fmt::format("1-NN, DTW (band {})", band),
                series::nearest_neighbors_warped(train.values, test.values, warping));
  }

  static float target(const series::SeriesSet& set, Index i) {
    return set.targets[i * (set.targets.size() / set.samples())];
  }

  template <class Label>
  Scores score_neighbors(const series::SeriesSet& test, Label label) const {
    std::vector<std::int32_t> expected(test.labels.begin(), test.labels.end()), received;
    for (std::size_t i = 0; i < expected.size(); ++i) received.push_back(label(i));
    return class_board_scores(expected, received, result_.class_names.size());
  }
  template <class Value>
  Scores score_values(const series::SeriesSet& test, Value value) const {
    std::vector<float> expected, received;
    for (Index i = 0; i < test.samples(); ++i) {
      expected.push_back(target(test, i));
      received.push_back(value(static_cast<std::size_t>(i)));
    }
    return value_board_scores(expected, received);
  }

  void add(const std::string& name, Scores scores) {
    for (auto& [known, list] : baselines_) {
      if (known != name) continue;
      list.push_back(std::move(scores));
      return;
    }
    baselines_.emplace_back(name, std::vector<Scores>{std::move(scores)});
  }

  // Deviations are over seeds (of the means over folds), or over folds when there is one seed.
  Scoreboard::Row row(const std::string& name, const std::vector<std::vector<Scores>>& by_seed, bool network) const {
    Scoreboard::Row result{.name = name, .values = {}, .deviations = {}, .is_network = network};
    for (std::size_t c = 0; c < result_.board.columns.size(); ++c) {
      std::vector<double> seeds, folds;
      for (const std::vector<Scores>& seed : by_seed) {
        folds.clear();
        for (const Scores& fold : seed) folds.push_back(fold[c]);
        seeds.push_back(mean_of(folds));
      }
      result.values.push_back(mean_of(seeds));
      result.deviations.push_back(seeds.size() > 1 ? deviation_of(seeds) : deviation_of(folds));
    }
    return result;
  }

  void finish() {
    Scoreboard& board = result_.board;
    if (classes()) board.columns = {"accuracy", "macro_f1", "balanced_accuracy"};
    else board.columns = {"rmse", "mae", "r2"};
    board.higher_is_better = classes();
    const std::string name = options_.model.size() > 30 ? "the layers given" : options_.model;
    board.rows.push_back(row(name, network_, true));
    if (arguments_.seeds > 1) {
      board.rows.push_back(row(fmt::format("mean of {} networks", arguments_.seeds), {ensemble_}, true));
    }
    for (const auto& [baseline, scores] : baselines_) board.rows.push_back(row(baseline, {scores}, false));
  }

  const ClassifyArguments& arguments_;
  TrainOptions options_;
  SeriesData data_;
  std::vector<std::vector<Scores>> network_;  // [seed][fold]
  std::vector<Scores> ensemble_;              // [fold]
  std::vector<std::pair<std::string, std::vector<Scores>>> baselines_;
  ClassifyResult result_;
};

}  // namespace

ClassifyResult apply_model(const ClassifyArguments& arguments) {
  const TrainOptions& options = arguments.train;
  Loaded loaded = load(options.model);
  ClassifyResult result;
  result.settings = loaded.settings;
  result.has_training = false;
  series::SeriesSet set =
      read_set(options.test, options.data_options, label_kind(options.data_options, loaded.settings.task),
               loaded.settings.missing, loaded.settings.class_names);
  const Array mask = prepare(set, loaded.settings, loaded.model.input_shape());
  const Array y = loaded.model.predict(set.values, {.mask = mask.empty() ? DataView() : DataView(mask)});
  result.class_names = set.class_names;
  const std::size_t classes = result.class_names.size();
  result.confusion.assign(classes, std::vector<Index>(classes));
  const Index outputs = y.size() / std::max<Index>(set.samples(), 1);
  std::vector<std::int32_t> expected, received;
  std::vector<float> targets, values;
  for (Index i = 0; i < set.samples(); ++i) {
    CaseResult item{.sample = i, .outputs = {}};
    if (classes > 0 && outputs == 1) item.outputs = {1 - y[i], y[i]};
    else item.outputs.assign(y.data() + i * outputs, y.data() + (i + 1) * outputs);
    if (classes > 0) {
      item.expected = set.labels[i];
      item.received =
          static_cast<std::int32_t>(std::max_element(item.outputs.begin(), item.outputs.end()) - item.outputs.begin());
      ++result.confusion[static_cast<std::size_t>(item.expected)][static_cast<std::size_t>(item.received)];
      expected.push_back(item.expected);
      received.push_back(item.received);
    } else {
      item.target = set.targets[i * (set.targets.size() / set.samples())];
      targets.push_back(item.target);
      values.push_back(item.outputs[0]);
    }
    result.scored_cases.push_back(i);
    result.cases.push_back(std::move(item));
  }
  Scoreboard& board = result.board;
  if (classes > 0) board.columns = {"accuracy", "macro_f1", "balanced_accuracy"};
  else board.columns = {"rmse", "mae", "r2"};
  board.higher_is_better = classes > 0;
  board.rows.push_back(
      {options.model,
       classes > 0 ? class_board_scores(expected, received, classes) : value_board_scores(targets, values),
       {},
       true});
  result.parameters = loaded.model.count_params();
  result.steps = set.time();
  result.channels = set.channels();
  result.scored = std::move(set);
  result.choice = std::make_unique<ModelChoice>(ModelChoice{.model = std::move(loaded.model), .note = {}});
  return result;
}

ClassifyResult run_classify(const ClassifyArguments& arguments, SeriesData data) {
  return ClassifyExperiment(arguments, std::move(data)).run();
}

std::vector<ClassScores> class_scores(const std::vector<std::vector<Index>>& confusion) {
  std::vector<ClassScores> result(confusion.size());
  for (std::size_t c = 0; c < confusion.size(); ++c) {
    Index said = 0;
    for (std::size_t k = 0; k < confusion.size(); ++k) {
      said += confusion[k][c];
      result[c].cases += confusion[c][k];
    }
    const auto hits = static_cast<double>(confusion[c][c]);
    if (said > 0) result[c].precision = hits / static_cast<double>(said);
    if (result[c].cases > 0) result[c].recall = hits / static_cast<double>(result[c].cases);
    if (hits > 0) result[c].f1 = 2 * hits / static_cast<double>(said + result[c].cases);
  }
  return result;
}

}  // namespace wavetrain::app
