// What wavetrain_step_bench and wavetrain_predict_bench are told: [--threads N] [--seconds S] [--programs NAME...]
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "bench/programs.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::bench {

struct Arguments {
  double seconds = 3.0;
  std::vector<std::string> chosen{};  // none: every program

  // Sets the number of threads. Throws ValueError for a program that there is not.
  explicit Arguments(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool has_value = i + 1 < words.size();
      if (words[i] == "--threads" && has_value) set_num_threads(std::stoi(words[++i]));
      else if (words[i] == "--seconds" && has_value) seconds = std::stod(words[++i]);
      else if (words[i] != "--programs") chosen.push_back(words[i]);
    }
    for (const std::string& name : chosen) {
      const auto& known = programs();
      if (std::none_of(known.begin(), known.end(), [&](const ProgramEntry& p) { return p.name == name; })) {
        throw ValueError("there is no program '" + name + "'");
      }
    }
  }
  bool is_chosen(const std::string& name) const {
    return chosen.empty() || std::find(chosen.begin(), chosen.end(), name) != chosen.end();
  }
};

}  // namespace wavetrain::bench
