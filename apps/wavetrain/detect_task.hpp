// What `detect` was asked and what came out: shared with its report.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scoreboard.hpp"
#include "training.hpp"
#include "wavetrain/series/nab_score.hpp"

namespace wavetrain::app {

struct DetectArguments {
  TrainOptions train;
  std::string threshold = "max", cover = "all", by = "auto";
  Index train_rows = 0;
  std::string label_column, windows_file, windows_key, rated;
  std::string scores, report;
  Index buffer = 100;  // rows, for VUS
};

// One way to rate the rows of the scored table.
struct Detector {
  std::string name;
  std::vector<double> scores;  // one per row
  double threshold = 0;
  bool is_network = false;
};

struct DetectResult {
  series::Table table;              // the scored one
  std::vector<Detector> detectors;  // the network first
  std::vector<series::RowRange> anomalies;
  std::vector<char> labels;  // empty: none
  Scoreboard board;          // with labels
  Index anomalous_windows = 0, windows = 0;
  Settings settings;
  History history;
  std::unique_ptr<ModelChoice> choice;
  std::string note;
  Index parameters = 0, training_windows = 0;
  double seconds = 0;
};

// Prints the Numenta benchmark's three scores of the folder `rated`, one threshold for all its series. Throws Error.
void score_corpus(const DetectArguments& arguments);

std::string detect_csv(const DetectResult& result);
std::string detect_html(const DetectArguments& arguments, const DetectResult& result);

}  // namespace wavetrain::app
