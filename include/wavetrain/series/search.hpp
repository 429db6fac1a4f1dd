// Search for hyper-parameters: a space of named values, and strategies that propose points of it and learn from scores.
//
// The meaning of the options is that of keras-tuner 1.4.7: `int` includes `max`; `step` with linear sampling is added,
// with log sampling multiplied; `choice` takes one of `values`; a parameter with `parent` only counts when that one has
// one of `parent_values`. Scores are to be minimised. A search with the same seed proposes the same points, however
// many are tried at the same time: proposals come in batches that depend on earlier batches only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/config.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::series {

struct SearchParameter {
  enum class Kind { integer, real, choice, fixed };
  enum class Sampling { linear, log, reverse_log };
  std::string name;
  Kind kind = Kind::choice;
  double min = 0, max = 0, step = 0;  // step 0: none
  Sampling sampling = Sampling::linear;
  std::vector<Config> values;  // choice and fixed (one)
  bool ordered = false;        // choice: neighbours are alike
  std::string parent;
  std::vector<Config> parent_values;

  // The value at u in [0, 1), and the middle of the part of [0, 1) that gives `value`.
  Config at(double u) const;
  double position(const Config& value) const;
  // How many values there are; 0: too many to count.
  Index count() const;
};

class SearchSpace {
 public:
  SearchSpace() = default;
  // {"filters": {"type": "int", "min": 16, "max": 128, "step": 16}, "rate": {"type": "float", "min": 1e-4, "max": 1e-1,
  // "sampling": "log"}, "cell": {"type": "choice", "values": ["LSTM", "GRU"]}, "deep": {"type": "boolean"}, …}; a plain
  // value is fixed. Throws ValueError naming the parameter.
  static SearchSpace from_config(const Config& parameters);

  const std::vector<SearchParameter>& parameters() const { return parameters_; }
  // Values of the active parameters for a point of the unit cube.
  Config at(const std::vector<double>& point) const;
  std::vector<double> random(Random& random) const;
  // All combinations, a real parameter without step at 10 places. Throws ValueError for more than a million.
  std::vector<Config> grid() const;
  // For strategies that measure distances: positions of the values (inactive ones 0.5), unordered choices as one per
  // value.
  std::vector<double> features(const Config& values) const;

 private:
  bool active(const SearchParameter& parameter, const Config& values) const;
  std::vector<SearchParameter> parameters_;
};

struct Trial {
  Index number = 0;
  Config values;     // name to value
  Index epochs = 0;  // 0: as many as the model's recipe says
  double score = 0;
};

class SearchStrategy {
 public:
  virtual ~SearchStrategy() = default;
  // The next trials, to be tried in any order; none when the search is over.
  virtual std::vector<Trial> propose() = 0;
  // All of them with their scores; NaN: the trial failed.
  virtual void learn(const std::vector<Trial>& finished) = 0;
};

struct SearchOptions {
  std::string strategy = "random";  // random, grid, hyperband, bayesian
  Index max_trials = 10;            // grid: 0 is all; hyperband: not used
  std::uint64_t seed = 0;
  Index max_epochs = 100;  // hyperband
  double factor = 3;
  Index iterations = 1;
};
// Random: points that have been proposed before are drawn again. Hyperband (Li et al. 2018): brackets of successive
// halving; a trial that goes on is trained anew for more epochs. Bayesian: a Gaussian process with a Matérn 5/2 kernel
// on the scores, noise 1e-4; after 3 trials per parameter the point with the smallest mean - 2.6 deviations of 1,000
// random ones is tried, in batches of 4 of which each expects the others to come out at their mean. Throws ValueError
// for options out of range.
std::unique_ptr<SearchStrategy> make_search(const SearchSpace& space, const SearchOptions& options);

}  // namespace wavetrain::series
