// `detect --rated`: the Numenta benchmark's score of a whole folder of ratings, whoever made them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>

#include "anomaly_labels.hpp"
#include "detect_task.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::app {
namespace {

namespace fs = std::filesystem;
constexpr const char* kScores = "anomaly_score";

struct Corpus {
  std::vector<std::string> names;
  std::vector<series::RatedSeries> series;
  Index rows = 0, windows = 0;
  std::vector<std::string> left_out;  // files that no entry names
};

// The benchmark puts the detector's name in front: realTraffic/skyline_speed.csv rates realTraffic/speed.csv.
bool rates(const fs::path& file, const fs::path& key) {
  const std::string name = file.filename().string(), wanted = key.filename().string();
  return file.parent_path().filename() == key.parent_path().filename() &&
         (name == wanted || name.ends_with("_" + wanted));
}

// As text first: float32 would make one of thresholds that the benchmark tells apart.
std::vector<double> scores_of(const series::Table& table) {
  const auto column = std::find_if(table.text.begin(), table.text.end(),
                                   [](const series::TextColumn& text) { return text.name == kScores; });
  if (column == table.text.end()) {
    throw FileError(fmt::format("{}: expected a column {}. Received: none.", table.source, kScores));
  }
  std::vector<double> scores;
  for (Index row = 0; row < column->size(); ++row) {
    const std::string_view text = (*column)[row];
    double value = 0;  // rows without a score are not anomalous
    const char* const end = text.data() + text.size();
    if (!text.empty() && std::from_chars(text.data(), end, value).ptr != end) {
      throw FileError(fmt::format("{}: expected a number as {} in row {} (counted from 0). Received: {}", table.source,
                                  kScores, row, text));
    }
    scores.push_back(value);
  }
  return scores;
}

Corpus read_corpus(const std::string& folder, const std::string& windows_file) {
  if (!fs::is_directory(folder)) throw FileError(fmt::format("{}: expected a folder of csv files.", folder));
  const Config::Dict entries = read_label_windows(windows_file);
  std::vector<fs::path> files;
  for (const fs::directory_entry& item : fs::recursive_directory_iterator(folder)) {
    if (item.is_regular_file() && item.path().extension() == ".csv") files.push_back(item.path());
  }
  std::sort(files.begin(), files.end());
  Corpus corpus;
  for (const fs::path& file : files) {
    // The longest that fits: one name may end another.
    const Config* list = nullptr;
    std::string best;
    for (const auto& [key, value] : entries) {
      if (!rates(file, key) || key.size() <= best.size()) continue;
      best = key;
      list = &value;
    }
    if (list == nullptr) {
      corpus.left_out.push_back(file.string());
      continue;
    }
    if (std::find(corpus.names.begin(), corpus.names.end(), best) != corpus.names.end()) {
      throw FileError(
          fmt::format("{}: rates {} a second time; expected the folder of one detector.", file.string(), best));
    }
    const series::Table table = series::read_table(file, {.text_columns = {kScores}});
    corpus.series.push_back({scores_of(table), windows_in(table, *list)});
    corpus.names.push_back(best);
    corpus.rows += table.rows();
    corpus.windows += static_cast<Index>(corpus.series.back().windows.size());
  }
  if (corpus.series.empty()) {
    throw FileError(fmt::format("{}: no csv file rates a series of {}; expected names such as {}.", folder,
                                windows_file, entries.empty() ? "…" : entries.begin()->first));
  }
  return corpus;
}

}  // namespace

void score_corpus(const DetectArguments& arguments) {
  if (arguments.windows_file.empty()) throw ValueError("--rated: expected --windows as well, to score against.");
  const Corpus corpus = read_corpus(arguments.rated, arguments.windows_file);
  Config profiles = Config::dict({});
  std::string lines;
  for (const series::NabProfile& profile : series::nab_profiles()) {
    const series::NabScore best = series::nab_best_score(corpus.series, profile);
    Config by_file = Config::dict({});
    for (std::size_t i = 0; i < corpus.series.size(); ++i) {
      by_file.set(corpus.names[i], series::nab_score(std::span(&corpus.series[i], 1), profile, best.threshold).score);
    }
    profiles.set(profile.name, Config::dict({{"normalized", best.normalized},
                                             {"score", best.score},
                                             {"threshold", best.threshold},
                                             {"true_positives", best.true_positives},
                                             {"true_negatives", best.true_negatives},
                                             {"false_positives", best.false_positives},
                                             {"false_negatives", best.false_negatives},
                                             {"score_by_file", std::move(by_file)}}));
    lines +=
        fmt::format("{:<20} {:>10.4f} {:>12.6f}  {:.12g}\n", profile.name, best.normalized, best.score, best.threshold);
  }
  if (arguments.train.common.json) {
    fmt::print("{}\n",
               files::to_json(Config::dict({{"files", static_cast<Index>(corpus.series.size())},
                                            {"rows", corpus.rows},
                                            {"windows", corpus.windows},
                                            {"left_out", Codec<std::vector<std::string>>::to_config(corpus.left_out)},
                                            {"profiles", std::move(profiles)}}),
                              {.indent = 2}));
    return;
  }
  fmt::print("{} files, {} rows, {} labelled windows; one threshold for all, the best\n\n", corpus.series.size(),
             corpus.rows, corpus.windows);
  fmt::print("{:<20} {:>10} {:>12}  {}\n{}", "profile", "normalized", "score", "threshold", lines);
  if (!corpus.left_out.empty()) {
    fmt::print("\nleft out, as no entry of {} names them: {}\n", arguments.windows_file,
               fmt::join(corpus.left_out, ", "));
  }
}

}  // namespace wavetrain::app
