// The score of the Numenta Anomaly Benchmark (NAB) for detectors that rate every row of a series.
//
// A row that is detected (score >= threshold) inside a labelled window earns the more the earlier it is, only the best
// row of a window counts, and a missed window costs; a detected row outside costs the more the farther it is behind the
// window before it. With the row i, the window [a, b] and s(p) = 2 / (1 + exp(5 p)) - 1:
//   inside       s(-(b - i + 1) / (b - a + 1)) / s(-1) · true_positive
//   behind one   s(p) · false_positive with p = (i - b) / (b - a) of the last window, -false_positive for p > 3
//   before all   -false_positive
//   missed       -false_negative, once per window
// The first min(15 %, 750) rows of a series are its probation: they are not scored, but count for positions. One
// threshold holds for a whole corpus; NAB reports the one with the highest score. Normalised, a detector that never
// fires has 0 and one that fires on the first row of every window and nowhere else 100.
//
// Source: Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms - the Numenta Anomaly Benchmark", 2015,
// and the benchmark's stored results, which these functions reproduce.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "wavetrain/shape.hpp"

namespace wavetrain::series {

// A labelled anomaly: rows first .. last, both included.
struct LabelWindow {
  Index first = 0;
  Index last = 0;
  friend bool operator==(const LabelWindow&, const LabelWindow&) = default;
};

// One series: what a detector says of every row, the higher the more anomalous, and where the anomalies are, in order.
struct RatedSeries {
  std::vector<double> scores;
  std::vector<LabelWindow> windows;
};

// What hits and errors weigh.
struct NabProfile {
  std::string name;
  double true_positive = 1;
  double false_negative = 1;
  double false_positive = 0.11;
};
// standard (1, 1, 0.11), reward_low_FP_rate (1, 1, 0.22), reward_low_FN_rate (1, 2, 0.11).
std::span<const NabProfile> nab_profiles();

struct NabScore {
  double threshold = 0;
  double score = 0;       // the sum over all series
  double normalized = 0;  // 0 .. 100; NaN without a window
  // Rows, without those in probation.
  Index true_positives = 0, true_negatives = 0, false_positives = 0, false_negatives = 0;
};

// Rows at the begin of a series of that many rows that are not scored.
Index nab_probation(Index rows);

// Throws ValueError for scores that are NaN and for windows that are not in order or not inside their series.
NabScore nab_score(std::span<const RatedSeries> corpus, const NabProfile& profile, double threshold);

// The threshold with the highest score, of equal ones the highest; infinity when it is best to detect nothing. O(n log
// n) in all rows. Throws as nab_score.
NabScore nab_best_score(std::span<const RatedSeries> corpus, const NabProfile& profile);

}  // namespace wavetrain::series
