// Anomalies in a long series: from errors of windows to scores of rows, from scores to a threshold, and how good that
// was.
//
// The higher a score, the more anomalous its row; NaN where nothing can be said. Labels are 0 or 1, one per row. All
// functions throw ValueError for spans of different lengths.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wavetrain/series/table.hpp"
#include "wavetrain/series/windows.hpp"

namespace wavetrain::series {

// --- From windows to rows --------------------------------------------------------------------------------------------

// What a row gets from the windows whose inputs cover it: the smallest score, so that it is above a threshold only when
// all of them are (as the Keras example "timeseries_anomaly_detection" has it), their mean, or the largest.
enum class Cover { all, mean, any };

// One score per row of the table, NaN where no window is. Throws ValueError unless there is one score per window.
std::vector<double> row_scores(std::span<const double> window_scores, const Windows& windows, Index rows, Cover cover);

// Mean absolute error of each sample: `a` and `b` are of one shape, samples first.
std::vector<double> sample_errors(ConstView a, ConstView b);

// Residuals of forecasts at the rows they are for: the mean over targets and over all windows that predict the row of
// |forecast - truth|; NaN where no forecast is. `forecasts` and `truth` are (windows, horizon) or (windows, horizon,
// targets).
std::vector<double> forecast_row_scores(ConstView forecasts, ConstView truth, const Windows& windows, Index rows);

// --- Thresholds ------------------------------------------------------------------------------------------------------

// A rule that takes scores of normal data and says above which value a score is an anomaly.
//   max             the largest score of the training data; `max:1.2` times that
//   quantile:Q      its quantile Q (linear between values, as numpy); `quantile:0.999:1.33` times that
//   std:K           mean + K population standard deviations
//   pot:Q           peaks over threshold: the value that is exceeded with probability Q, by a generalised Pareto
//                   distribution fitted to what lies above the 98 % quantile with probability-weighted moments (Hosking
//                   and Wallis 1987; Siffer et al. 2017 for the use)
//   NUMBER          that number
struct ThresholdRule {
  enum class Kind { max, quantile, deviations, peaks, fixed };
  Kind kind = Kind::max;
  double parameter = 0;
  double factor = 1;
};
// Throws ValueError for another text or a parameter out of range.
ThresholdRule threshold_rule(std::string_view text);
std::string to_string(const ThresholdRule& rule);
// NaN among the scores is passed over. Throws ValueError when none is left, and for `pot` with fewer than 10 peaks.
double learn_threshold(const ThresholdRule& rule, std::span<const double> scores);

// --- Scores ----------------------------------------------------------------------------------------------------------

struct DetectionScores {
  Index true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
  double precision = 0, recall = 0, f1 = 0;  // 0 where they are not defined
};
// A row is detected when its score is above the threshold. Rows without a score count as not detected.
DetectionScores score_detections(std::span<const double> scores, double threshold, std::span<const char> labels);

// The same after a whole labelled run counts as detected once one of its rows is. Scores adjusted so are far higher
// than plain ones, even for random detectors (Kim et al. 2022), and are never to be compared with them.
DetectionScores score_point_adjusted(std::span<const double> scores, double threshold, std::span<const char> labels);

// Area under the curve of precision over recall: the mean precision at each labelled row, ties together. NaN without a
// label. Rows without a score come last.
double auc_pr(std::span<const double> scores, std::span<const char> labels);

// Volume under the surface of precision over recall (VUS-PR, Paparrizos et al. 2022, as the authors' package computes
// it): labels are widened on both sides by up to buffer / 2 rows that count sqrt(1 - distance / buffer); at 250
// thresholds the recall is multiplied by the share of anomalies found; areas are averaged over the buffers 0 …
// `buffer`. NaN without a label.
double vus_pr(std::span<const double> scores, std::span<const char> labels, Index buffer);

// Rows first .. last of runs of ones.
std::vector<RowRange> runs(std::span<const char> labels);

// --- Detectors without a network -------------------------------------------------------------------------------------

// The Numenta benchmark's "windowed Gaussian": 1 - the probability of a value at least as far out under the mean and
// deviation of a window of the last 6400 values that moves in steps of 100. Scores from 0.5 to 1; the first is 0.
std::vector<double> windowed_gaussian(std::span<const double> values, Index window = 6400, Index step = 100);

// |x - mean| / deviation with those of the training rows, the largest over the columns of `values` (rows, columns).
std::vector<double> z_scores(ConstView values, RowRange training);

}  // namespace wavetrain::series
