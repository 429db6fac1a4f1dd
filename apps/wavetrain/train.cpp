// The arguments of `train`.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "training.hpp"
#include "wavetrain/presets.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::app {
namespace {

void run(TrainOptions& options) {
  apply(options.common);
  set_random_seed(options.seed);
  if (std::filesystem::path(options.out).extension() != ".keras") {
    throw ValueError(fmt::format("--out: expected a name that ends in .keras. Received: {}", options.out));
  }
  for (const std::string& path : {options.out, options.history, options.curves}) {
    if (!path.empty()) require_writable(path);
  }
  if (options.targets.empty()) {
    if (options.window != 0 || !options.columns.empty()) {
      throw ValueError("--window and --columns are for tables: expected --target COLUMN as well.");
    }
    train_on_series(options);
  } else {
    train_on_table(options);
  }
}

}  // namespace

void add_model_option(CLI::App& command, TrainOptions& options) {
  command
      .add_option(
          "--model", options.model,
          fmt::format("A preset ({}), a file (.keras: go on training it; .json: Keras' to_json; .txt: a list of "
                      "layers), or a list of layers as Keras writes them",
                      fmt::join(presets::names(), ", ")))
      ->capture_default_str();
}

void add_training_options(CLI::App& command, TrainOptions& options) {
  const char* const training = "Training (what is not given follows the model's recipe)";
  command.add_option("--epochs", options.epochs, "Passes over the data")->check(CLI::PositiveNumber)->group(training);
  command.add_option("--batch-size", options.batch_size, "Samples in one step")
      ->check(CLI::PositiveNumber)
      ->group(training);
  command.add_option("--optimizer", options.choices.optimizer, "Such as adam, or \"SGD(0.01, momentum=0.9)\"")
      ->group(training);
  command.add_option("--learning-rate", options.choices.learning_rate, "Such as 0.001")
      ->check(CLI::PositiveNumber)
      ->group(training);
  command.add_option("--loss", options.choices.loss, "Such as mse, or \"Huber(delta=0.5)\"")->group(training);
  command.add_option("--metrics", options.choices.metrics, "Such as accuracy,auc")->delimiter(',')->group(training);
  command
      .add_option(
          "--normalize", options.normalize,
          "none (default for series); series: each series by its own mean and deviation; global: by those of the "
          "training data (default for tables); min_max, robust: by their range or quartiles. Stored with the model")
      ->check(CLI::IsMember({"none", "series", "per_series", "global", "standard", "min_max", "robust"}))
      ->group(training);
  command
      .add_option("--missing,--nan", options.missing,
                  "What to do about missing values: error, zero, mean, interpolate, or mask (the steps are left out)")
      ->check(CLI::IsMember({"error", "zero", "mean", "interp", "interpolate", "mask"}))
      ->capture_default_str()
      ->group(training);
  command
      .add_option("--padding", options.padding,
                  "Series of unequal length are padded behind with zeros; mask: and the padding is left out by a mask, "
                  "which recurrent layers and global averages know")
      ->check(CLI::IsMember({"zero", "mask"}))
      ->capture_default_str()
      ->group(training);
  command
      .add_option("--keep-best", options.keep_best,
                  "End with the weights of the epoch that is best by this quantity, such as loss or "
                  "val_loss; none: of the last epoch")
      ->group(training);
  command
      .add_option("--patience", options.patience,
                  "Stop once that quantity (default: val_loss, else loss) has not improved for so "
                  "many epochs")
      ->check(CLI::PositiveNumber)
      ->group(training);
  command.add_option("--seed", options.seed, "The same seed gives the same model, bit by bit")
      ->capture_default_str()
      ->group(training);
  command.add_option("--verbose", options.verbose, "0: silent; 1: a bar; 2: a line per epoch")
      ->check(CLI::Range(0, 2))
      ->group(training);
  command.add_option("--history", options.history, "Write losses and metrics of all epochs to this csv file")
      ->group(training);
  command.add_option("--curves", options.curves, "Draw them into this svg file")->group(training);
}

void add_table_options(CLI::App& command, TrainOptions& options) {
  const char* const tables = "Tables";
  command.add_option("--columns", options.columns, "Columns that the model sees; all numbers when not given")
      ->delimiter(',')
      ->group(tables);
  command.add_option("--window", options.window, "Rows that the model sees")->check(CLI::PositiveNumber)->group(tables);
  command.add_option("--horizon", options.horizon, "Rows to predict")
      ->check(CLI::PositiveNumber)
      ->capture_default_str()
      ->group(tables);
  command.add_option("--gap", options.gap, "Rows between what the model sees and what it predicts")
      ->check(CLI::NonNegativeNumber)
      ->group(tables);
  command
      .add_option(
          "--difference", options.differences,
          "Learn differences over so many rows, such as 1, or 1,12 for a season of 12; forecasts are put together "
          "again")
      ->delimiter(',')
      ->group(tables);
  command.add_option("--lags", options.lags, "Also show the targets so many rows earlier, such as 48,336")
      ->delimiter(',')
      ->group(tables);
  command
      .add_option("--calendar", options.calendar,
                  "Also show positions in the calendar: hour, weekday, monthday, month, yearday")
      ->delimiter(',')
      ->group(tables);
}

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App& command = *app.add_subcommand("train", "Train a model on a file of series, or on a table of numbers");
  command.footer(
      "Examples:\n"
      "  wavetrain train --data train.ts --test test.ts --model fcn --epochs 100 --out fcn.keras\n"
      "  wavetrain train --data train.csv --validation-split 0.2 --out m.keras \\\n"
      "      --model \"Conv1D(32, 3, activation='relu') MaxPooling1D(2) LSTM(64) Dropout(0.2)\"\n"
      "  wavetrain train --data power.csv --target load --window 48 --horizon 12 --model conv-lstm --out load.keras\n"
      "\nLoss, the size of the last layer and the encoding of labels follow the data. With --target, the rows of a "
      "table are\n"
      "cut in the order of time: the last part is held out, and the error of repeating the last value is told as "
      "well.");
  command.add_option("--data", options->data, "Training data: .ts, .tsv, .csv, .txt, .arff, .mts, .npy, .npz")
      ->required();
  command.add_option("--test", options->test, "Data that is held out and scored");
  command.add_option("--validation-split", options->validation_split,
                     "Hold out this part of the data instead, such as 0.2: drawn "
                     "at random, of a table the last rows (default there: 0.2)");
  add_model_option(command, *options);
  command.add_option("--out", options->out, "Where the trained model goes (.keras)")->required();
  add_data_options(command, options->data_options);

  add_training_options(command, *options);
  command
      .add_option("--target", options->targets, "Read the data as a table and predict this column, several, or `all`")
      ->delimiter(',')
      ->group("Tables");
  add_table_options(command, *options);
  add_common(command, options->common);
  command.callback([options] { run(*options); });
}

}  // namespace wavetrain::app
