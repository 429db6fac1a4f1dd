#include "wavetrain/series/nab_score.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "wavetrain/error.hpp"

namespace wavetrain::series {
namespace {

constexpr Index kNoWindow = -1;

double scaled_sigmoid(double position) { return position > 3 ? -1.0 : 2.0 / (1.0 + std::exp(5.0 * position)) - 1.0; }

// A row that can be detected: what it is worth then.
struct Row {
  double score;
  double weight;
  Index window;  // counted through all series, or kNoWindow
};

void check(const RatedSeries& series, std::size_t number) {
  const auto rows = static_cast<Index>(series.scores.size());
  for (std::size_t i = 0; i < series.scores.size(); ++i) {
    if (std::isnan(series.scores[i])) {
      throw ValueError(fmt::format("Anomaly scores must be numbers. Received: NaN in row {} of series {}", i, number));
    }
  }
  Index end = 0;
  for (const LabelWindow& window : series.windows) {
    if (window.first < end || window.last < window.first || window.last >= rows) {
      throw ValueError(
          fmt::format("Windows must follow each other inside the {} rows of series {}. Received: rows {} to {}", rows,
                      number, window.first, window.last));
    }
    end = window.last + 1;
  }
}

struct Corpus {
  std::vector<Row> rows;  // behind probation
  Index windows = 0;

  Corpus(std::span<const RatedSeries> corpus, const NabProfile& profile) {
    for (std::size_t s = 0; s < corpus.size(); ++s) {
      check(corpus[s], s);
      add(corpus[s], profile);
    }
  }

  void add(const RatedSeries& series, const NabProfile& profile) {
    const auto count = static_cast<Index>(series.scores.size());
    auto window = series.windows.begin();
    for (Index i = 0; i < count; ++i) {
      while (window != series.windows.end() && i > window->last) ++window;
      const auto number = static_cast<Index>(window - series.windows.begin());
      Row row{series.scores[static_cast<std::size_t>(i)], -profile.false_positive, kNoWindow};
      if (window != series.windows.end() && i >= window->first) {
        const auto width = static_cast<double>(window->last - window->first + 1);
        const double position = -static_cast<double>(window->last - i + 1) / width;
        row.weight = scaled_sigmoid(position) / scaled_sigmoid(-1.0) * profile.true_positive;
        row.window = windows + number;
      } else if (window != series.windows.begin()) {
        const LabelWindow& before = *std::prev(window);
        // A window of one row has no width: everything behind it is far away.
        const Index width = before.last - before.first;
        const double position = width == 0 ? 4.0 : static_cast<double>(i - before.last) / static_cast<double>(width);
        row.weight = profile.false_positive * scaled_sigmoid(position);
      }
      if (i >= nab_probation(count)) rows.push_back(row);
    }
    windows += static_cast<Index>(series.windows.size());
  }

  double normalized(double score, const NabProfile& profile) const {
    if (windows == 0) return std::numeric_limits<double>::quiet_NaN();
    const double null = -profile.false_negative * static_cast<double>(windows);
    return 100.0 * (score - null) / (profile.true_positive * static_cast<double>(windows) - null);
  }
};

// Detects row after row, the highest score first.
class Sweep {
 public:
  Sweep(const Corpus& corpus, const NabProfile& profile)
      : corpus_(corpus), profile_(profile), best_(static_cast<std::size_t>(corpus.windows), -profile.false_negative) {
    state_.score = -profile.false_negative * static_cast<double>(corpus.windows);
    for (const Row& row : corpus.rows) ++(row.window == kNoWindow ? state_.true_negatives : state_.false_negatives);
  }

  void detect(const Row& row) {
    if (row.window == kNoWindow) {
      state_.score += row.weight;
      ++state_.false_positives;
      --state_.true_negatives;
      return;
    }
    double& best = best_[static_cast<std::size_t>(row.window)];
    if (row.weight > best) {
      state_.score += row.weight - best;
      best = row.weight;
    }
    ++state_.true_positives;
    --state_.false_negatives;
  }

  NabScore at(double threshold) const {
    NabScore score = state_;
    score.threshold = threshold;
    score.normalized = corpus_.normalized(score.score, profile_);
    return score;
  }

 private:
  const Corpus& corpus_;
  const NabProfile& profile_;
  std::vector<double> best_;  // by window
  NabScore state_;
};

}  // namespace

std::span<const NabProfile> nab_profiles() {
  static const std::array<NabProfile, 3> profiles{
      {{"standard", 1, 1, 0.11}, {"reward_low_FP_rate", 1, 1, 0.22}, {"reward_low_FN_rate", 1, 2, 0.11}}};
  return profiles;
}

Index nab_probation(Index rows) { return std::min<Index>(rows * 15 / 100, 750); }

NabScore nab_score(std::span<const RatedSeries> corpus, const NabProfile& profile, double threshold) {
  const Corpus all(corpus, profile);
  Sweep sweep(all, profile);
  for (const Row& row : all.rows) {
    if (row.score >= threshold) sweep.detect(row);
  }
  return sweep.at(threshold);
}

NabScore nab_best_score(std::span<const RatedSeries> corpus, const NabProfile& profile) {
  Corpus all(corpus, profile);
  std::stable_sort(all.rows.begin(), all.rows.end(), [](const Row& a, const Row& b) { return a.score > b.score; });
  Sweep sweep(all, profile);
  NabScore best = sweep.at(std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < all.rows.size(); ++i) {
    sweep.detect(all.rows[i]);
    if (i + 1 < all.rows.size() && all.rows[i + 1].score == all.rows[i].score) continue;
    const NabScore now = sweep.at(all.rows[i].score);
    if (now.score > best.score) best = now;
  }
  return best;
}

}  // namespace wavetrain::series
