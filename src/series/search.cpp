#include "wavetrain/series/search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "series/gaussian_process.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

constexpr Index kBatch = 4;

// Proposes points that no one has proposed before.
class Proposer : public SearchStrategy {
 public:
  Proposer(const SearchSpace& space, const SearchOptions& options)
      : space_(space), options_(options), random_(options.seed) {}
  void learn(const std::vector<Trial>& /*finished*/) override {}

 protected:
  // False when the space seems to be used up.
  bool draw(Config& values) {
    for (int attempt = 0; attempt < 200; ++attempt) {
      values = space_.at(space_.random(random_));
      if (remember(values)) return true;
    }
    return false;
  }
  bool remember(const Config& values) {
    if (std::find(proposed_.begin(), proposed_.end(), values) != proposed_.end()) return false;
    proposed_.push_back(values);
    return true;
  }
  Trial trial(Config values, Index epochs = 0) {
    return {.number = next_++, .values = std::move(values), .epochs = epochs};
  }

  const SearchSpace& space_;
  SearchOptions options_;
  Random random_;
  std::vector<Config> proposed_;
  Index next_ = 0;
};

class RandomSearch : public Proposer {
 public:
  using Proposer::Proposer;
  std::vector<Trial> propose() override {
    std::vector<Trial> trials;
    Config values;
    while (next_ < options_.max_trials && draw(values)) trials.push_back(trial(values));
    return trials;
  }
};

class GridSearch : public Proposer {
 public:
  using Proposer::Proposer;
  std::vector<Trial> propose() override {
    std::vector<Trial> trials;
    if (next_ > 0) return trials;
    for (Config& values : space_.grid()) {
      if (options_.max_trials > 0 && next_ == options_.max_trials) break;
      trials.push_back(trial(std::move(values)));
    }
    return trials;
  }
};

class Hyperband : public Proposer {
 public:
  Hyperband(const SearchSpace& space, const SearchOptions& options) : Proposer(space, options) {
    brackets_ = static_cast<Index>(std::log(static_cast<double>(options.max_epochs)) / std::log(options.factor) + 1e-9);
    bracket_ = brackets_;
  }

  std::vector<Trial> propose() override {
    if (iteration_ == options_.iterations) return {};
    std::vector<Trial> trials;
    if (round_ == 0) {
      const double most = static_cast<double>(brackets_ + 1) / static_cast<double>(bracket_ + 1);
      const auto size = static_cast<Index>(std::ceil(most * std::pow(options_.factor, bracket_)));
      Config values;
      while (static_cast<Index>(trials.size()) < size && draw(values)) trials.push_back(trial(values, epochs()));
    } else {
      for (const Config& values : survivors_) trials.push_back(trial(values, epochs()));
    }
    if (trials.empty()) return trials;
    return trials;
  }

  void learn(const std::vector<Trial>& finished) override {
    std::vector<Trial> order = finished;
    const auto value = [](const Trial& t) {
      return std::isnan(t.score) ? std::numeric_limits<double>::infinity() : t.score;
    };
    std::stable_sort(order.begin(), order.end(), [&](const Trial& a, const Trial& b) { return value(a) < value(b); });
    const auto keep = static_cast<std::size_t>(static_cast<double>(order.size()) / options_.factor);
    survivors_.clear();
    for (std::size_t i = 0; i < keep; ++i) survivors_.push_back(order[i].values);
    if (round_ < bracket_ && !survivors_.empty()) {
      ++round_;
      return;
    }
    round_ = 0;
    if (bracket_ > 0) {
      --bracket_;
      return;
    }
    bracket_ = brackets_;
    ++iteration_;
  }

 private:
  Index epochs() const {
    const double share = std::pow(options_.factor, static_cast<double>(round_ - bracket_));
    return std::max<Index>(1, static_cast<Index>(std::ceil(static_cast<double>(options_.max_epochs) * share - 1e-9)));
  }

  Index brackets_ = 0, bracket_ = 0, round_ = 0, iteration_ = 0;
  std::vector<Config> survivors_;
};

class Bayesian : public Proposer {
 public:
  using Proposer::Proposer;

  std::vector<Trial> propose() override {
    std::vector<Trial> trials;
    const Index initial = 3 * static_cast<Index>(space_.parameters().size());
    Config values;
    if (next_ < initial) {
      while (next_ < std::min(initial, options_.max_trials) && draw(values)) trials.push_back(trial(values));
      return trials;
    }
    std::vector<std::vector<double>> points = points_;
    std::vector<double> scores = scores_;
    while (static_cast<Index>(trials.size()) < kBatch && next_ < options_.max_trials) {
      if (points.empty()) {
        if (!draw(values)) break;
        trials.push_back(trial(values));
        continue;
      }
      const GaussianProcess process(points, scores);
      Config best;
      double lowest = std::numeric_limits<double>::infinity();
      std::vector<double> best_features;
      for (int i = 0; i < 1000; ++i) {
        Config candidate = space_.at(space_.random(random_));
        if (std::find(proposed_.begin(), proposed_.end(), candidate) != proposed_.end()) continue;
        std::vector<double> features = space_.features(candidate);
        const auto [mean, deviation] = process.predict(features);
        const double bound = mean - 2.6 * deviation;
        if (!(bound < lowest)) continue;
        lowest = bound;
        best = std::move(candidate);
        best_features = std::move(features);
      }
      if (best_features.empty() || !remember(best)) break;
      scores.push_back(process.predict(best_features).first);
      points.push_back(std::move(best_features));
      trials.push_back(trial(std::move(best)));
    }
    return trials;
  }

  void learn(const std::vector<Trial>& finished) override {
    for (const Trial& item : finished) {
      if (std::isnan(item.score)) continue;
      points_.push_back(space_.features(item.values));
      scores_.push_back(item.score);
    }
  }

 private:
  std::vector<std::vector<double>> points_;
  std::vector<double> scores_;
};

}  // namespace

std::unique_ptr<SearchStrategy> make_search(const SearchSpace& space, const SearchOptions& options) {
  const bool hyperband = options.strategy == "hyperband", grid = options.strategy == "grid";
  if (space.parameters().empty()) throw ValueError("The space of a search has at least one parameter.");
  if (options.max_trials < (grid ? 0 : 1)) {
    throw ValueError(fmt::format("Expected at least one trial. Received: {}", options.max_trials));
  }
  if (hyperband && (options.max_epochs < 1 || !(options.factor > 1) || options.iterations < 1)) {
    throw ValueError(fmt::format(
        "Hyperband needs max_epochs and iterations of at least 1 and a factor above 1. Received: {}, {}, {}",
        options.max_epochs, options.iterations, options.factor));
  }
  if (hyperband) return std::make_unique<Hyperband>(space, options);
  if (grid) return std::make_unique<GridSearch>(space, options);
  if (options.strategy == "random") return std::make_unique<RandomSearch>(space, options);
  if (options.strategy == "bayesian") return std::make_unique<Bayesian>(space, options);
  throw ValueError(
      fmt::format("Expected the strategy random, grid, hyperband or bayesian. Received: {}", options.strategy));
}

}  // namespace wavetrain::series
