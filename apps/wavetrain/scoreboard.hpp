// The table at the end of a task: the network beside everything it has to beat.
#pragma once

#include <string>
#include <vector>

#include "wavetrain/config.hpp"

namespace wavetrain::app {

struct Scoreboard {
  struct Row {
    std::string name;
    std::vector<double> values;      // NaN: not defined
    std::vector<double> deviations;  // over seeds or folds; empty for what has none
    bool is_network = false;
  };
  std::vector<std::string> columns;
  bool higher_is_better = false;  // in the first column, which decides
  std::vector<Row> rows;

  // Aligned text, the best value of the first column marked.
  std::string text() const;
  // "The network (fcn) beats every baseline." or "The network (fcn) loses to 1-NN DTW by accuracy: 0.91 against 0.93."
  std::string verdict() const;
  // {"NAME": {"mae": 1.0, "mae_std": 0.1, …}, …}
  Config to_config() const;
};

// Mean and sample deviation (NaN for fewer than two).
double mean_of(const std::vector<double>& values);
double deviation_of(const std::vector<double>& values);

// ▁▂▃…█, at most `width` characters; values that are not finite leave a blank.
std::string sparkline(const std::vector<double>& values, std::size_t width = 40);

}  // namespace wavetrain::app
