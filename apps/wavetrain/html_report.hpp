// A report as one HTML file: no network, no fonts, light and dark, phones and screens; charts that can be zoomed into.
#pragma once

#include <string>
#include <vector>

#include "scoreboard.hpp"
#include "wavetrain/array.hpp"
#include "wavetrain/callback.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::app {

// One panel of a chart: lines over the same positions, an optional band, a horizontal threshold, marked ranges.
struct ChartPanel {
  struct Line {
    std::string name;
    std::vector<double> values;  // NaN leaves a gap
  };
  std::string title;
  std::vector<Line> lines;
  std::vector<double> low, high;  // a band; both empty: none
  double threshold = 0;
  bool has_threshold = false;
  std::vector<std::pair<Index, Index>> marks;  // first and last position
};

class HtmlReport {
 public:
  HtmlReport(const std::string& title, const std::string& subtitle);

  void heading(const std::string& text);
  void paragraph(const std::string& text, bool warning = false);
  // The first column is text, the others are numbers. `strong`: the row that is set off.
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
             int strong = -1);
  void scoreboard(const Scoreboard& board);
  // Panels below each other over common positions, called `labels` (empty: numbers from `first`).
  void chart(const std::vector<ChartPanel>& panels, const std::vector<std::string>& labels = {}, Index first = 0);
  // Loss and metrics over the epochs.
  void history(const History& history);
  // Rows are what is, columns what was said.
  void confusion(const std::vector<std::string>& names, const std::vector<std::vector<Index>>& counts);
  // Layers, output shapes and parameters; how to do it again.
  void model(const Sequential& model, const std::string& command, std::uint64_t seed);
  // Versions and the command line, under a heading.
  void repeat(const std::string& versions, const std::string& command);
  void raw(const std::string& html) { body_ += html; }
  // Small pictures that flow side by side.
  void gallery(const std::vector<std::string>& figures);

  std::string str() const;

 private:
  std::string title_, subtitle_, body_;
  int charts_ = 0;
};

// A series as a small picture; each channel a line. `heat`, one value in 0 … 1 per step, colours it.
std::string series_figure(ConstView series, Index length, const std::vector<float>& heat, const std::string& caption);

}  // namespace wavetrain::app
