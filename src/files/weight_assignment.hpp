// Weights of a file that are to be taken over, all or none.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wavetrain/layer.hpp"

namespace wavetrain::files {

class WeightAssignment {
 public:
  void add(const Variable& variable, Array values) { entries_.push_back({variable, std::move(values)}); }

  // Runs match(), which adds the weights of one layer and returns what is wrong with them, "" when nothing; then none of
  // them is kept.
  template <class Match>
  void add_layer(Match&& match) {
    const std::size_t before = entries_.size();
    const std::string problem = match();
    if (problem.empty()) return;
    entries_.resize(before);
    problems_.push_back(problem);
  }

  // Sets the weights. Throws ValueError that lists the problems, if there are any; with `skip_mismatch` they go to the log.
  void finish(bool skip_mismatch);

 private:
  struct Entry {
    Variable variable;
    Array values;
  };
  std::vector<Entry> entries_;
  std::vector<std::string> problems_;
};

// "Layer 'dense' (Dense)".
std::string described(const Layer& layer);

}  // namespace wavetrain::files
