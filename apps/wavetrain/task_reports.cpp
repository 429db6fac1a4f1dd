// The reports of `classify`, `regress`, `forecast` and `detect`.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <sstream>

#include "classify_task.hpp"
#include "command_line.hpp"
#include "detect_task.hpp"
#include "forecast_task.hpp"
#include "html_report.hpp"

namespace wavetrain::app {
namespace {

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

std::vector<std::string> labels_of(const series::Table& table, Index first, Index count) {
  std::vector<std::string> labels;
  const series::TextColumn* stamps = table.time_stamps();
  if (stamps == nullptr) return labels;
  for (Index row = first; row < first + count; ++row) labels.emplace_back((*stamps)[row]);
  return labels;
}

// Where a network that ends in a global average and a Dense looks: the class' weights times the activations of each
// step, scaled to 0 … 1 over the series. Zhou et al. 2016; Wang et al. 2017 for series. Empty for other networks.
std::vector<std::vector<float>> activation_maps(const Sequential& model, const series::SeriesSet& set,
                                                const std::vector<Index>& samples,
                                                const std::vector<std::int32_t>& classes) {
  const std::vector<Layer>& layers = model.layers();
  if (samples.empty() || layers.size() < 3 || layers.back().class_name() != "Dense" ||
      layers[layers.size() - 2].class_name() != "GlobalAveragePooling1D") {
    return {};
  }
  Sequential features = Sequential::from_config(model.config());
  if (!features.built()) features.build(model.input_shape());
  features.set_weights(model.get_weights());
  features.pop();
  features.pop();
  const std::vector<Array> weights = model.get_weights();
  const auto kernel = std::find_if(weights.rbegin(), weights.rend(), [](const Array& w) { return w.rank() == 2; });
  if (kernel == weights.rend()) return {};
  const Array activations = features.predict(series::take(set, samples).values);
  const Index steps = activations.shape()[1], channels = activations.shape()[2], outputs = kernel->shape()[1];
  std::vector<std::vector<float>> maps;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::vector<float> map;
    for (Index t = 0; t < set.time(); ++t) {
      // Steps of a shorter map lie evenly under those of the series.
      const Index at = t * steps / set.time();
      float sum = 0;
      for (Index c = 0; c < channels; ++c) {
        const Index column = outputs == 1 ? 0 : Index{classes[i]};
        const float sign = outputs == 1 && classes[i] == 0 ? -1.0f : 1.0f;
        sum +=
            sign * activations[(static_cast<Index>(i) * steps + at) * channels + c] * (*kernel)[c * outputs + column];
      }
      map.push_back(sum);
    }
    const auto [low, high] = std::minmax_element(map.begin(), map.end());
    const float bottom = *low, range = *high - *low;
    for (float& value : map) value = range > 0 ? (value - bottom) / range : 0.0f;
    maps.push_back(std::move(map));
  }
  return maps;
}

// Samples of the scored set as pictures, with what is and what was said.
std::vector<std::string> figures(const ClassifyResult& result, const std::vector<std::size_t>& chosen) {
  std::vector<Index> samples;
  std::vector<std::int32_t> classes;
  for (const std::size_t i : chosen) {
    samples.push_back(static_cast<Index>(i));
    classes.push_back(result.cases[static_cast<std::size_t>(result.scored_cases[i])].received);
  }
  const auto maps = result.class_names.empty() ? std::vector<std::vector<float>>()
                                               : activation_maps(result.choice->model, result.scored, samples, classes);
  std::vector<std::string> pictures;
  for (std::size_t n = 0; n < chosen.size(); ++n) {
    const std::size_t i = chosen[n];
    const CaseResult& item = result.cases[static_cast<std::size_t>(result.scored_cases[i])];
    std::string caption;
    if (result.class_names.empty()) {
      caption = fmt::format("series {}: is {:.4g}, said {:.4g}", item.sample, item.target, item.outputs[0]);
    } else {
      caption = fmt::format("series {}: is {}, said {} ({:.0f} %)", item.sample,
                            result.class_names[static_cast<std::size_t>(item.expected)],
                            result.class_names[static_cast<std::size_t>(item.received)],
                            100 * item.outputs[static_cast<std::size_t>(item.received)]);
    }
    const series::SeriesSet& set = result.scored;
    pictures.push_back(series_figure(set.values.view()[static_cast<Index>(i)], set.lengths[i],
                                     maps.empty() ? std::vector<float>() : maps[n], caption));
  }
  return pictures;
}

}  // namespace

std::string classify_html(const ClassifyArguments& arguments, const ClassifyResult& result) {
  const TrainOptions& options = arguments.train;
  const std::string what = arguments.regression ? "Regression" : "Classification";
  HtmlReport report(
      fmt::format("{}: {}", what, file_name(options.data.empty() ? options.test : options.data)),
      fmt::format("{} · {} parameters · {} series to train on, {} scored · {} fold(s), {} seed(s) · {:.1f} s",
                  options.model, result.parameters, result.train_samples, result.cases.size(), result.folds,
                  arguments.seeds, result.seconds));
  report.heading("Result");
  report.scoreboard(result.board);
  std::vector<std::size_t> order(result.scored_cases.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto item = [&](std::size_t i) -> const CaseResult& {
    return result.cases[static_cast<std::size_t>(result.scored_cases[i])];
  };
  constexpr std::size_t kPictures = 12;
  if (!result.class_names.empty()) {
    if (result.class_names.size() <= 40) {
      report.heading("Confusion");
      report.confusion(result.class_names, result.confusion);
    }
    report.heading("Classes");
    std::vector<std::vector<std::string>> rows;
    const std::vector<ClassScores> scores = class_scores(result.confusion);
    for (std::size_t c = 0; c < scores.size(); ++c) {
      rows.push_back({result.class_names[c], std::to_string(scores[c].cases),
                      fmt::format("{:.3f}", scores[c].precision), fmt::format("{:.3f}", scores[c].recall),
                      fmt::format("{:.3f}", scores[c].f1)});
    }
    report.table({"class", "cases", "precision", "recall", "F1"}, rows);
    // One typical series of each class, then the mistakes that the network was surest of.
    std::vector<std::size_t> typical;
    for (std::size_t c = 0; c < result.class_names.size() && typical.size() < kPictures; ++c) {
      const std::size_t* best = nullptr;
      for (const std::size_t& i : order) {
        if (item(i).expected != static_cast<std::int32_t>(c) || item(i).received != item(i).expected) continue;
        if (best == nullptr || item(i).outputs[c] > item(*best).outputs[c]) best = &i;
      }
      if (best != nullptr) typical.push_back(*best);
    }
    const bool maps = result.choice->model.layers().size() > 2 &&
                      result.choice->model.layers()[result.choice->model.layers().size() - 2].class_name() ==
                          "GlobalAveragePooling1D";
    report.heading("The surest of each class");
    if (maps) report.paragraph("Warm colours: what speaks for the class that was said (class activation map).");
    report.gallery(figures(result, typical));
    std::vector<std::size_t> wrong;
    for (const std::size_t i : order) {
      if (item(i).received != item(i).expected) wrong.push_back(i);
    }
    const auto sureness = [&](std::size_t i) { return item(i).outputs[static_cast<std::size_t>(item(i).received)]; };
    std::stable_sort(wrong.begin(), wrong.end(),
                     [&](std::size_t a, std::size_t b) { return sureness(a) > sureness(b); });
    report.heading(fmt::format("Worst mistakes ({} of {} are wrong)", wrong.size(), order.size()));
    wrong.resize(std::min(wrong.size(), kPictures));
    report.gallery(figures(result, wrong));
  } else {
    const auto error = [&](std::size_t i) { return std::abs(item(i).outputs[0] - item(i).target); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return item(a).target < item(b).target; });
    ChartPanel panel{
        .title = "sorted by the truth", .lines = {{"truth", {}}, {"said", {}}}, .low = {}, .high = {}, .marks = {}};
    for (const std::size_t i : order) {
      panel.lines[0].values.push_back(item(i).target);
      panel.lines[1].values.push_back(item(i).outputs[0]);
    }
    report.heading("Truth and what was said");
    report.chart({panel});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return error(a) > error(b); });
    order.resize(std::min(order.size(), kPictures));
    report.heading("Worst mistakes");
    report.gallery(figures(result, order));
  }
  if (result.has_training) report.history(result.history);
  report.model(result.choice->model, command_line(), options.seed);
  return report.str();
}

std::string forecast_html(const ForecastArguments& arguments, const ForecastResult& result) {
  const TrainOptions& options = arguments.train;
  const std::vector<std::string>& targets = result.settings.table->preparation.targets();
  HtmlReport report(
      fmt::format("Forecast: {}", file_name(options.data)),
      fmt::format("{} · {} parameters · {} rows seen, {} ahead · {} windows to train on · {} origin(s), {} "
                  "seed(s) · {:.1f} s",
                  options.model, result.parameters, options.window, options.horizon, result.training_windows,
                  result.origins, arguments.seeds, result.seconds));
  report.heading("Result");
  report.scoreboard(result.board);
  std::istringstream intervals(interval_text(result.intervals, arguments.level));
  for (std::string line; std::getline(intervals, line);) report.paragraph(line);
  // One step ahead and the whole horizon ahead, over the test rows.
  const Index windows = result.truth.shape()[0], horizon = options.horizon, count = static_cast<Index>(targets.size());
  report.heading("Forecast and truth");
  std::vector<Index> steps{0};
  if (horizon > 1) steps.push_back(horizon - 1);
  for (const Index step : steps) {
    std::vector<ChartPanel> panels;
    for (Index k = 0; k < std::min<Index>(count, 4); ++k) {
      ChartPanel panel{.title = fmt::format("{}, {} step{} ahead", targets[static_cast<std::size_t>(k)], step + 1,
                                            step == 0 ? "" : "s"),
                       .lines = {{"truth", {}}, {"forecast", {}}},
                       .low = {},
                       .high = {},
                       .marks = {}};
      for (Index i = 0; i < windows; ++i) {
        const Index at = (i * horizon + step) * count + k;
        panel.lines[0].values.push_back(result.truth[at]);
        panel.lines[1].values.push_back(result.forecasts[at]);
        if (result.bounds.empty()) continue;
        panel.low.push_back(static_cast<double>(result.bounds.low[at]));
        panel.high.push_back(static_cast<double>(result.bounds.high[at]));
      }
      panels.push_back(std::move(panel));
    }
    report.chart(panels, labels_of(*result.table, result.first_target + step, windows), result.first_target + step);
  }
  if (horizon > 1) {
    report.heading("Error by step of the horizon");
    report.chart({ChartPanel{.title = "mean absolute error",
                             .lines = {{"mae", result.mae_by_step}},
                             .low = {},
                             .high = {},
                             .marks = {}}},
                 {}, 1);
  }
  report.history(result.history);
  report.model(result.choice->model, command_line(), options.seed);
  return report.str();
}

std::string detect_html(const DetectArguments& arguments, const DetectResult& result) {
  const TrainOptions& options = arguments.train;
  const TableSettings& task = *result.settings.table;
  const Detector& network = result.detectors[0];
  HtmlReport report(fmt::format("Anomalies: {}", file_name(result.table.source)),
                    fmt::format("{} · {} parameters · {} windows to train on · {} rows rated · {:.1f} s", options.model,
                                result.parameters, result.training_windows, result.table.rows(), result.seconds));
  report.heading("Result");
  report.paragraph(fmt::format("Threshold {:.4g} ({}): {} of {} windows are above it, in {} places.", task.threshold,
                               task.threshold_rule, result.anomalous_windows, result.windows, result.anomalies.size()));
  std::vector<ChartPanel> panels;
  std::vector<std::pair<Index, Index>> marks, labelled;
  for (const series::RowRange& run : result.anomalies) marks.emplace_back(run.first, run.last);
  for (const series::RowRange& run : series::runs(result.labels)) labelled.emplace_back(run.first, run.last);
  const std::vector<std::string>& inputs = task.preparation.recipe().columns;
  for (std::size_t k = 0; k < std::min<std::size_t>(inputs.size(), 4); ++k) {
    ChartPanel panel{.title = inputs[k], .lines = {{inputs[k], {}}}, .low = {}, .high = {}, .marks = marks};
    const Index column = result.table.column_index(inputs[k]);
    for (Index row = 0; row < result.table.rows(); ++row) {
      panel.lines[0].values.push_back(static_cast<double>(result.table.values(row, column)));
    }
    panels.push_back(std::move(panel));
  }
  ChartPanel scores{.title = labelled.empty() ? "score" : "score; labelled anomalies are marked",
                    .lines = {{"score", network.scores}},
                    .low = {},
                    .high = {},
                    .threshold = network.threshold,
                    .has_threshold = true,
                    .marks = labelled};
  panels.push_back(std::move(scores));
  report.chart(panels, labels_of(result.table, 0, result.table.rows()));
  if (!result.anomalies.empty()) {
    report.heading("Anomalies");
    const std::vector<std::string> stamps = labels_of(result.table, 0, result.table.rows());
    std::vector<std::vector<std::string>> rows;
    for (const series::RowRange& run : result.anomalies) {
      if (rows.size() == 100) break;
      const double peak = *std::max_element(network.scores.begin() + run.first, network.scores.begin() + run.last + 1);
      const auto name = [&](Index row) {
        return stamps.empty() ? std::to_string(row)
                              : fmt::format("{} (row {})", stamps[static_cast<std::size_t>(row)], row);
      };
      rows.push_back(
          {name(run.first), name(run.last), std::to_string(run.last - run.first + 1), fmt::format("{:.4g}", peak)});
    }
    report.table({"from", "to", "rows", "highest score"}, rows);
    if (result.anomalies.size() > rows.size())
      report.paragraph(fmt::format("… and {} more.", result.anomalies.size() - rows.size()));
  }
  if (!result.labels.empty()) {
    report.heading("Against the labels");
    report.scoreboard(result.board);
    report.paragraph(
        "f1_point_adjusted counts an anomaly as found when one of its rows is, and is not comparable with f1. nab_* "
        "are the "
        "scores of this file alone at the threshold that is best for them.");
  }
  if (result.training_windows > 0) report.history(result.history);
  report.model(result.choice->model, command_line(), options.seed);
  return report.str();
}

}  // namespace wavetrain::app
