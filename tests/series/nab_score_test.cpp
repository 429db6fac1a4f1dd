#include "wavetrain/series/nab_score.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/shared_data.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::series {
namespace {

const NabProfile& profile(const std::string& name) {
  return *std::find_if(nab_profiles().begin(), nab_profiles().end(),
                       [&](const NabProfile& p) { return p.name == name; });
}

TEST(NabScore, NothingDetectedIsZeroAndTheFirstRowsOfWindowsAreHundred) {
  RatedSeries series{std::vector<double>(1000, 0.0), {{400, 449}, {700, 700}}};
  const std::vector<RatedSeries> silent{series};
  NabScore score = nab_score(silent, profile("standard"), 0.5);
  EXPECT_EQ(score.score, -2);
  EXPECT_EQ(score.normalized, 0);
  EXPECT_EQ(score.false_negatives, 51);
  EXPECT_EQ(score.true_negatives, 1000 - 150 - 51);

  series.scores[400] = series.scores[700] = 1;
  const std::vector<RatedSeries> perfect{series};
  score = nab_score(perfect, profile("standard"), 0.5);
  EXPECT_DOUBLE_EQ(score.score, 2);
  EXPECT_DOUBLE_EQ(score.normalized, 100);
  EXPECT_EQ(nab_best_score(perfect, profile("standard")).threshold, 1);
}

TEST(NabScore, LateHitsEarnLessAndOnlyTheBestOfAWindowCounts) {
  RatedSeries series{std::vector<double>(1000, 0.0), {{400, 449}}};
  series.scores[449] = 1;  // the last row: position -1/50
  const double late = (2 / (1 + std::exp(-5.0 / 50)) - 1) / (2 / (1 + std::exp(-5.0)) - 1);
  EXPECT_NEAR(nab_score({&series, 1}, profile("standard"), 1).score, late, 1e-12);
  series.scores[448] = 1;
  EXPECT_GT(nab_score({&series, 1}, profile("standard"), 1).score, late);
}

TEST(NabScore, FalseAlarmsCostMoreFarBehindAWindow) {
  RatedSeries series{std::vector<double>(1000, 0.0), {{400, 450}}};
  const auto cost = [&](std::size_t row) {
    RatedSeries alarmed = series;
    alarmed.scores[row] = 1;
    return nab_score({&alarmed, 1}, profile("standard"), 1).score + 1;
  };
  EXPECT_NEAR(cost(399), -0.11, 1e-12);                                 // before every window
  EXPECT_NEAR(cost(475), 0.11 * (2 / (1 + std::exp(2.5)) - 1), 1e-12);  // half a window behind
  EXPECT_NEAR(cost(700), -0.11, 1e-12);                                 // far behind
  EXPECT_EQ(cost(100), 0);                                              // in probation
}

TEST(NabScore, TheBestThresholdCanBeToDetectNothing) {
  RatedSeries series{std::vector<double>(100, 0.0), {}};
  series.scores[50] = 1;
  const NabScore best = nab_best_score({&series, 1}, profile("standard"));
  EXPECT_EQ(best.threshold, std::numeric_limits<double>::infinity());
  EXPECT_EQ(best.score, 0);
  EXPECT_TRUE(std::isnan(best.normalized));
}

TEST(NabScore, RefusesNaNAndWindowsOutside) {
  RatedSeries series{std::vector<double>(10, 0.0), {{5, 12}}};
  EXPECT_THROW(nab_score({&series, 1}, profile("standard"), 1), ValueError);
  series.windows = {{5, 7}, {7, 8}};
  EXPECT_THROW(nab_score({&series, 1}, profile("standard"), 1), ValueError);
  series.windows.clear();
  series.scores[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(nab_score({&series, 1}, profile("standard"), 1), ValueError);
}

// --- The benchmark's own results
// -----------------------------------------------------------------------------------------

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> all;
  std::istringstream in(line);
  for (std::string field; std::getline(in, field, ',');) all.push_back(field);
  return all;
}

// Scores of the files at hand, by name ("realKnownCause/nyc_taxi.csv"), with their windows as rows.
std::map<std::string, RatedSeries> stored_corpus(const std::filesystem::path& nab) {
  std::map<std::string, RatedSeries> corpus;
  const Config labels = files::parse_json(files::as_text(files::read_file(nab / "labels/combined_windows.json")));
  for (const auto& [name, windows] : labels.as_dict()) {
    const std::filesystem::path path(name);
    std::ifstream in(nab / "results/windowedGaussian" / path.parent_path() /
                     ("windowedGaussian_" + path.filename().string()));
    if (!in) continue;
    RatedSeries series;
    std::vector<std::string> stamps;
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      const std::vector<std::string> row = fields(line);
      stamps.push_back(row.at(0));
      series.scores.push_back(std::stod(row.at(2)));
    }
    for (const Config& window : windows.as_list()) {
      const auto row_of = [&](const Config& stamp) {
        const std::string text = stamp.as_string().substr(0, 19);  // without ".000000"
        return static_cast<Index>(std::find(stamps.begin(), stamps.end(), text) - stamps.begin());
      };
      series.windows.push_back({row_of(window.as_list().at(0)), row_of(window.as_list().at(1))});
    }
    corpus[name] = std::move(series);
  }
  return corpus;
}

TEST(NabData, EveryStoredScoreAndCountIsReproduced) {
  WAVETRAIN_SHARED_DATA(nab, "anomaly/NAB");
  const auto corpus = stored_corpus(nab);
  ASSERT_EQ(corpus.size(), 18u);
  for (const NabProfile& p : nab_profiles()) {
    std::ifstream in(nab / "results/windowedGaussian" / ("windowedGaussian_" + p.name + "_scores.csv"));
    int compared = 0;
    for (std::string line; std::getline(in, line);) {
      const std::vector<std::string> row = fields(line);
      const auto found = corpus.find(row.size() > 2 ? row[2] : "");
      if (found == corpus.end()) continue;
      SCOPED_TRACE(line);
      const NabScore score = nab_score({&found->second, 1}, p, std::stod(row.at(3)));
      EXPECT_NEAR(score.score, std::stod(row.at(4)), 1e-10);
      EXPECT_EQ(score.true_positives, std::stol(row.at(5)));
      EXPECT_EQ(score.true_negatives, std::stol(row.at(6)));
      EXPECT_EQ(score.false_positives, std::stol(row.at(7)));
      EXPECT_EQ(score.false_negatives, std::stol(row.at(8)));
      ++compared;
    }
    EXPECT_EQ(compared, 18);
  }
}

TEST(NabData, SumsAndBestThresholdsOfTheFilesAtHand) {
  WAVETRAIN_SHARED_DATA(nab, "anomaly/NAB");
  std::vector<RatedSeries> corpus;
  for (auto& [name, series] : stored_corpus(nab)) corpus.push_back(series);
  struct Expected {
    const char* profile;
    double raw, normalized, best_threshold, best_raw, best_normalized;
  };
  for (const Expected& e : {Expected{"standard", -19.617429, 10.7651, 0.999999999999, -18.967301, 12.0654},
                            Expected{"reward_low_FP_rate", -22.595746, 4.8085, 1.0, -22.595746, 4.8085},
                            Expected{"reward_low_FN_rate", -39.617429, 13.8434, 0.999999999999, -37.967301, 16.0436}}) {
    SCOPED_TRACE(e.profile);
    const NabScore at_one = nab_score(corpus, profile(e.profile), 1.0);
    EXPECT_NEAR(at_one.score, e.raw, 5e-7);
    EXPECT_NEAR(at_one.normalized, e.normalized, 5e-5);
    const NabScore best = nab_best_score(corpus, profile(e.profile));
    EXPECT_EQ(best.threshold, e.best_threshold);
    EXPECT_NEAR(best.score, e.best_raw, 5e-7);
    EXPECT_NEAR(best.normalized, e.best_normalized, 5e-5);
  }
}

}  // namespace
}  // namespace wavetrain::series
