// What `tune` was asked and what came out: shared with its report.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "classify_task.hpp"
#include "forecast_task.hpp"
#include "wavetrain/series/search.hpp"

namespace wavetrain::app {

struct TuneArguments {
  ClassifyArguments classify;  // the options of all tasks but tables
  ForecastArguments forecast;
  series::SearchOptions search;
  std::string space, journal, report;
  Index parallel = 0;
};

struct Finished {
  series::Trial trial;
  double seconds = 0;
  std::string error;
};

// {"model": "Conv1D({filters}, 3) …", "learning_rate": "{rate}", "parameters": {"filters": {…}, …}}; every other member
// is an option of training, whose text may hold parameters in braces.
struct SpaceFile {
  std::map<std::string, std::string> settings;
  series::SearchSpace space;
};

// A value as options take it: words without quotes.
std::string text_of(const Config& value);

// `order` has the best trial first.
std::string tune_html(const TuneArguments& arguments, const SpaceFile& file, const std::string& objective,
                      const std::vector<Finished>& order, double seconds);

}  // namespace wavetrain::app
