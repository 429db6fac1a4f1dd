// What `classify` and `regress` were asked and what came out: shared with their report.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scoreboard.hpp"
#include "series_problem.hpp"

namespace wavetrain::app {

struct ClassifyArguments {
  TrainOptions train;
  bool regression = false;
  Index seeds = 1, folds = 0;
  bool baselines = true;
  double band = 0.1;  // of dynamic time warping, part of the length
  std::string predictions, report;
};

// What one network says of one sample.
struct CaseResult {
  Index sample = 0;            // position in the scored set
  std::vector<float> outputs;  // probabilities of classes, or numbers
  std::int32_t expected = 0, received = 0;
  float target = 0;
};

// Cases, history, settings and choice are of the first seed; history and choice of the last fold.
struct ClassifyResult {
  std::vector<std::string> class_names;
  Scoreboard board;
  std::vector<CaseResult> cases;
  std::vector<std::vector<Index>> confusion;  // [expected][received]
  series::SeriesSet scored;                   // the last fold's test set, as the network sees it
  std::vector<Index> scored_cases;            // positions in `cases` of its samples
  History history;
  Settings settings;
  std::unique_ptr<ModelChoice> choice;
  std::string note;
  Index parameters = 0, train_samples = 0, steps = 0, channels = 0, folds = 1;
  double seconds = 0;
  bool has_training = true;
};

// Trains on every fold with every seed, and scores.
ClassifyResult run_classify(const ClassifyArguments& arguments, SeriesData data);
// Scores the trained model that `train.model` names on `train.test`.
ClassifyResult apply_model(const ClassifyArguments& arguments);

std::string cases_csv(const ClassifyArguments& arguments, const ClassifyResult& result);
std::string classify_html(const ClassifyArguments& arguments, const ClassifyResult& result);

// Precision, recall and F1 of one class, from the confusion matrix.
struct ClassScores {
  double precision = 0, recall = 0, f1 = 0;
  Index cases = 0;
};
std::vector<ClassScores> class_scores(const std::vector<std::vector<Index>>& confusion);

}  // namespace wavetrain::app
