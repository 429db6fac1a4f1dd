#include "training.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <utility>

#include "interrupt.hpp"
#include "report.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::app {

History fit(ModelChoice& choice, const TrainingData& data, const TrainOptions& options) {
  FitOptions fit_options{.batch_size = options.batch_size.value_or(choice.batch_size),
                         .epochs = options.epochs.value_or(choice.epochs),
                         .verbose = options.common.json ? 0 : options.verbose,
                         .validation_data = data.validation,
                         .mask = data.mask};
  const bool has_validation = data.validation.x.has_value();
  if (choice.plateau) {
    // What watches validation in the recipe watches training where there is none.
    fit_options.callbacks.push_back(
        callbacks::ReduceLROnPlateau{.monitor = has_validation ? choice.plateau->monitor : "loss",
                                     .factor = choice.plateau->factor,
                                     .patience = choice.plateau->patience,
                                     .min_lr = choice.plateau->min_lr});
  }
  std::string keep = options.keep_best;
  if (keep.empty() && options.patience) keep = has_validation ? "val_loss" : "loss";
  if (keep.empty()) keep = choice.keep_best == "val_loss" && !has_validation ? "loss" : choice.keep_best;
  if (keep.empty()) keep = "none";
  if (keep.rfind("val_", 0) == 0 && !has_validation) {
    throw ValueError(fmt::format(
        "--keep-best {}: there is no validation data; expected --validation-split or --test as well.", keep));
  }
  std::optional<Index> patience = options.patience;
  if (!patience && has_validation) patience = choice.patience;
  if (options.patience && keep == "none") {
    throw ValueError("--patience: expected a quantity to watch. Received: --keep-best none");
  }
  if (keep != "none" || patience) {
    // Keeps the best weights in memory; with a patience as long as the training it never stops early.
    fit_options.callbacks.push_back(callbacks::EarlyStopping{.monitor = keep == "none" ? "val_loss" : keep,
                                                             .patience = patience.value_or(fit_options.epochs),
                                                             .restore_best_weights = keep != "none"});
  }
  for (const std::shared_ptr<Callback>& callback : options.callbacks) fit_options.callbacks.push_back(callback);
  History history;
  {
    const CatchInterrupts interrupts;
    fit_options.callbacks.push_back(interrupts.callback());
    history = choice.model.fit(data.x, data.y, fit_options);
  }
  const std::vector<double>& losses = history["loss"];
  for (std::size_t epoch = 0; epoch < losses.size(); ++epoch) {
    if (std::isfinite(losses[epoch])) continue;
    throw ValueError(
        fmt::format("Training failed: the loss became {} in epoch {}. Expected a finite loss: try a smaller "
                    "--learning-rate, or --normalize.",
                    std::isnan(losses[epoch]) ? "NaN" : "infinite", epoch + 1));
  }
  return history;
}

void write_results(const ModelChoice& choice, const Settings& settings, const History& history,
                   const TrainOptions& options) {
  const HoldInterrupts whole_files;
  save(choice.model, settings, options.out);
  if (!options.history.empty()) files::write_file_atomically(options.history, history_csv(history));
  if (!options.curves.empty()) {
    files::write_file_atomically(
        options.curves, curves_svg(history, fmt::format("{} on {}", options.model,
                                                        std::filesystem::path(options.data).filename().string())));
  }
}

void print_report(TrainReport report, const TrainOptions& options) {
  Sequential& model = report.choice.model;
  const Logs training = model.evaluate(report.data.x, report.data.y, {.verbose = 0, .mask = report.data.mask});
  std::optional<Logs> validation;
  if (report.data.validation.x.has_value()) {
    validation = model.evaluate(report.data.validation.x, report.data.validation.y,
                                {.verbose = 0, .mask = report.data.validation.mask});
  }
  const char* held_out = options.test.empty() ? "validation" : "test";
  const Index epochs = static_cast<Index>(report.history.epoch().size());
  if (options.common.json) {
    Config json = Config::dict({{"out", options.out},
                                {"model", options.model},
                                {"parameters", model.count_params()},
                                {"samples", report.data.x.rows()},
                                {"epochs", epochs},
                                {"batch_size", options.batch_size.value_or(report.choice.batch_size)},
                                {"seconds", report.seconds},
                                {"training", to_config(training)}});
    if (validation) json.set(held_out, to_config(*validation));
    if (report.forecast) json.set("forecast", to_config(*report.forecast));
    if (!report.settings.class_names.empty()) {
      json.set("classes", Codec<std::vector<std::string>>::to_config(report.settings.class_names));
    }
    if (!report.choice.note.empty()) json.set("note", report.choice.note);
    fmt::print("{}\n", files::to_json(json, {.indent = 2}));
    return;
  }
  fmt::print("\n{} samples, {} parameters, {} epochs in {:.1f} s\n", report.data.x.rows(), model.count_params(), epochs,
             report.seconds);
  fmt::print("training:   {}\n", to_line(training));
  if (validation) fmt::print("{:<11} {}\n", fmt::format("{}:", held_out), to_line(*validation));
  if (report.forecast) fmt::print("forecast:   {}\n", to_line(*report.forecast));
  fmt::print("written:    {}\n", options.out);
}

}  // namespace wavetrain::app
