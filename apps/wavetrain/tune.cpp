// `tune`: searches for the hyper-parameters of a model, several trials at a time, each in a process of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>

#include "commands.hpp"
#include "interrupt.hpp"
#include "tune_task.hpp"
#include "wavetrain/files/io.hpp"
#include "wavetrain/files/json.hpp"
#include "wavetrain/threads.hpp"

namespace wavetrain::app {

std::string text_of(const Config& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_double()) return to_text(value.as_double());
  return value.repr();
}

namespace {

using Clock = std::chrono::steady_clock;

// --- The space -------------------------------------------------------------------------------------------------------

SpaceFile read_space(const std::string& path) {
  SpaceFile file;
  try {
    const files::Bytes bytes = files::read_file(path);
    const Config config = files::parse_json(std::string(files::as_text(bytes)));
    for (const auto& [key, value] : config.as_dict()) {
      if (key != "parameters") file.settings[key] = text_of(value);
    }
    file.space = series::SearchSpace::from_config(config.at("parameters"));
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(fmt::format("{}: {}", path, error.what()));
  }
  static const std::vector<std::string> known{"model", "epochs",    "batch_size", "learning_rate", "optimizer",
                                              "loss",  "normalize", "window",     "difference",    "patience"};
  for (const auto& [key, value] : file.settings) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    throw FileError(fmt::format("{}: unknown member `{}`; expected parameters, {}", path, key, fmt::join(known, ", ")));
  }
  return file;
}

std::string fill_in(const std::string& text, const Config& values) {
  std::string filled = text;
  for (const auto& [name, value] : values.as_dict()) {
    const std::string place = "{" + name + "}";
    for (std::size_t at = filled.find(place); at != std::string::npos; at = filled.find(place, at)) {
      filled.replace(at, place.size(), text_of(value));
    }
  }
  return filled;
}

template <class T>
T number_of(const std::string& name, const std::string& text) {
  try {
    std::size_t end = 0;
    const double value = std::stod(text, &end);
    if (end == text.size() && std::isfinite(value)) return static_cast<T>(value);
  } catch (const std::exception&) {  // says the same below
  }
  throw ValueError(fmt::format("{}: expected a number. Received: {}", name, text));
}

void set_options(TrainOptions& options, const SpaceFile& file, const series::Trial& trial) {
  for (const auto& [name, text] : file.settings) {
    const std::string value = fill_in(text, trial.values);
    if (name == "model") options.model = value;
    else if (name == "epochs") options.epochs = number_of<Index>(name, value);
    else if (name == "batch_size") options.batch_size = number_of<Index>(name, value);
    else if (name == "patience") options.patience = number_of<Index>(name, value);
    else if (name == "window") options.window = number_of<Index>(name, value);
    else if (name == "difference")
      options.differences =
          value == "0" || value.empty() ? std::vector<Index>{} : std::vector<Index>{number_of<Index>(name, value)};
    else if (name == "learning_rate") options.choices.learning_rate = number_of<double>(name, value);
    else if (name == "optimizer") options.choices.optimizer = value;
    else if (name == "loss") options.choices.loss = value;
    else if (name == "normalize") options.normalize = value;
  }
  if (trial.epochs > 0) options.epochs = trial.epochs;
}

// --- Trials ----------------------------------------------------------------------------------------------------------

class Objective {
 public:
  Objective(const TuneArguments& arguments, const SpaceFile& file) : arguments_(arguments), file_(file) {
    const TrainOptions& options = arguments.classify.train;
    if (options.targets.empty()) {
      data_ = read_series_data(options, Task::classification);
      return;
    }
    // The rows that are scored in the end take no part in the choice.
    series::Table table = read_table(options.data, options.data_options);
    const Index rows =
        table.rows() - static_cast<Index>(arguments.forecast.test_part * static_cast<double>(table.rows()));
    table_ = table;
    table_.values = Array::copy_of(table.values.view().slice(0, rows));
    table_.text.clear();
    for (const series::TextColumn& column : table.text) {
      table_.text.emplace_back(column.name);
      for (Index row = 0; row < rows; ++row) table_.text.back().push_back(column[row]);
    }
  }

  bool forecasts() const { return !arguments_.classify.train.targets.empty(); }
  bool classifies() const { return !forecasts() && data_.train.has_labels(); }
  const char* name() const { return forecasts() ? "mae" : classifies() ? "accuracy" : "rmse"; }

  // To be minimised.
  double operator()(const series::Trial& trial) const {
    if (forecasts()) {
      ForecastArguments arguments = arguments_.forecast;
      arguments.train = arguments_.classify.train;
      arguments.baselines = false;
      arguments.level = 0;
      quiet(arguments.train);
      set_options(arguments.train, file_, trial);
      if (arguments.train.window < 1)
        throw ValueError("--window: expected the number of rows that the model sees, at least 1.");
      return run_forecast(arguments, table_).board.rows[0].values[0];
    }
    ClassifyArguments arguments = arguments_.classify;
    arguments.baselines = false;
    arguments.regression = !classifies();
    quiet(arguments.train);
    set_options(arguments.train, file_, trial);
    SeriesData data;
    data.train = data_.train;
    const double score = run_classify(arguments, std::move(data)).board.rows[0].values[0];
    return classifies() ? -score : score;
  }

 private:
  static void quiet(TrainOptions& options) {
    options.common.json = true;
    options.verbose = 0;
  }

  const TuneArguments& arguments_;
  const SpaceFile& file_;
  SeriesData data_;
  series::Table table_;
};

// A child process that writes "score" or "!error" into a pipe.
struct Worker {
  pid_t pid = 0;
  int pipe = -1;
  std::size_t trial = 0;
  Clock::time_point start;
};

Worker start(const Objective& objective, const series::Trial& trial, std::size_t position) {
  int ends[2];
  if (pipe(ends) != 0) throw Error("tune: cannot make a pipe.");
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw Error("tune: cannot start a process.");
  if (pid > 0) {
    close(ends[1]);
    return {pid, ends[0], position, Clock::now()};
  }
  close(ends[0]);
  std::string result;
  try {
    set_num_threads(1);
    result = fmt::format("{}", objective(trial));
  } catch (const std::exception& error) {
    result = fmt::format("!{}", error.what());
  }
  static_cast<void>(!::write(ends[1], result.data(), result.size()));
  _exit(0);
}

Finished finish(const Worker& worker, const series::Trial& trial) {
  std::string text;
  char buffer[512];
  for (ssize_t n; (n = ::read(worker.pipe, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  close(worker.pipe);
  waitpid(worker.pid, nullptr, 0);
  Finished finished{
      .trial = trial, .seconds = std::chrono::duration<double>(Clock::now() - worker.start).count(), .error = {}};
  if (text.empty() || text[0] == '!') {
    finished.error = text.empty() ? "the process ended early" : text.substr(1);
    finished.trial.score = std::numeric_limits<double>::quiet_NaN();
  } else {
    finished.trial.score = std::stod(text);
  }
  return finished;
}

// --- The journal -----------------------------------------------------------------------------------------------------

// One line of JSON per finished trial; what is in it is not tried again.
class Journal {
 public:
  explicit Journal(std::string path) : path_(std::move(path)) {
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);) {
      try {
        const Config config = files::parse_json(line);
        Finished finished;
        finished.trial.number = config.at("trial").as_int();
        finished.trial.values = config.at("values");
        finished.trial.epochs = config.at("epochs").as_int();
        finished.seconds = config.at("seconds").as_double();
        if (const Config* error = config.find("error")) finished.error = error->as_string();
        finished.trial.score =
            config.at("score").is_null() ? std::numeric_limits<double>::quiet_NaN() : config.at("score").as_double();
        known_[finished.trial.number] = finished;
      } catch (const Error&) {
        continue;  // the program was ended while it wrote the line
      }
    }
  }

  // What the journal has of this very trial. Throws ValueError when it has another one of that number.
  const Finished* find(const series::Trial& trial) const {
    const auto found = known_.find(trial.number);
    if (found == known_.end()) return nullptr;
    if (!(found->second.trial.values == trial.values) || found->second.trial.epochs != trial.epochs) {
      throw ValueError(
          fmt::format("{}: trial {} is of another search; expected another --journal, or none.", path_, trial.number));
    }
    return &found->second;
  }

  void add(const Finished& finished) {
    if (path_.empty()) return;
    Config config = Config::dict({{"trial", finished.trial.number},
                                  {"values", finished.trial.values},
                                  {"epochs", finished.trial.epochs},
                                  {"score", std::isnan(finished.trial.score) ? Config() : Config(finished.trial.score)},
                                  {"seconds", finished.seconds}});
    if (!finished.error.empty()) config.set("error", finished.error);
    std::ofstream out(path_, std::ios::app);
    out << files::to_json(config) << '\n';
    if (!out.flush()) throw FileError(fmt::format("{}: cannot be written.", path_));
  }

 private:
  std::string path_;
  std::map<Index, Finished> known_;
};

// --- The search ------------------------------------------------------------------------------------------------------

std::vector<Finished> search(const TuneArguments& arguments, const SpaceFile& file, const Objective& objective) {
  const std::unique_ptr<series::SearchStrategy> strategy = series::make_search(file.space, arguments.search);
  Journal journal(arguments.journal);
  const auto workers_most = static_cast<std::size_t>(arguments.parallel > 0 ? arguments.parallel : num_threads());
  const bool shown = !arguments.classify.train.common.json;
  std::vector<Finished> all;
  double best = std::numeric_limits<double>::infinity();
  for (std::vector<series::Trial> batch = strategy->propose(); !batch.empty(); batch = strategy->propose()) {
    std::vector<Finished> finished(batch.size());
    std::vector<Worker> workers;
    const auto collect = [&](Worker worker) {
      finished[worker.trial] = finish(worker, batch[worker.trial]);
      const Finished& done = finished[worker.trial];
      journal.add(done);
      if (!shown) return;
      best = std::fmin(best, done.trial.score);
      fmt::print("trial {:>3}  {} {:.4g} (best {:.4g}), {:.1f} s  {}\n", done.trial.number,
                 done.error.empty() ? objective.name() : "failed:", std::abs(done.trial.score), std::abs(best),
                 done.seconds, done.error.empty() ? done.trial.values.repr() : done.error);
      std::fflush(stdout);
    };
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (const Finished* known = journal.find(batch[i])) {
        finished[i] = *known;
        best = std::fmin(best, known->trial.score);
        continue;
      }
      if (workers.size() == workers_most) {
        // Whoever is done first makes room.
        int status = 0;
        const pid_t pid = waitpid(-1, &status, 0);
        const auto done = std::find_if(workers.begin(), workers.end(), [&](const Worker& w) { return w.pid == pid; });
        if (done != workers.end()) {
          collect(*done);
          workers.erase(done);
        }
      }
      workers.push_back(start(objective, batch[i], i));
    }
    for (const Worker& worker : workers) collect(worker);
    std::vector<series::Trial> trials;
    for (const Finished& done : finished) trials.push_back(done.trial);
    strategy->learn(trials);
    if (std::all_of(finished.begin(), finished.end(), [](const Finished& done) { return !done.error.empty(); })) {
      throw ValueError(fmt::format("All trials failed. The first: {}", finished[0].error));
    }
    all.insert(all.end(), finished.begin(), finished.end());
  }
  return all;
}

void run(TuneArguments& arguments) {
  TrainOptions& options = arguments.classify.train;
  apply(options.common);
  for (const std::string& path : {arguments.journal, arguments.report}) {
    if (!path.empty()) require_writable(path);
  }
  arguments.search.seed = options.seed;
  if (arguments.classify.folds == 0) arguments.classify.folds = 3;
  const SpaceFile file = read_space(arguments.space);
  const Objective objective(arguments, file);
  const Clock::time_point start_time = Clock::now();
  std::vector<Finished> trials = search(arguments, file, objective);
  const double seconds = std::chrono::duration<double>(Clock::now() - start_time).count();
  const auto value = [](const Finished& done) {
    return std::isnan(done.trial.score) ? std::numeric_limits<double>::infinity() : done.trial.score;
  };
  // Of Hyperband's trials those with the most epochs count.
  std::stable_sort(trials.begin(), trials.end(), [&](const Finished& a, const Finished& b) {
    if (a.trial.epochs != b.trial.epochs) return a.trial.epochs > b.trial.epochs;
    return value(a) < value(b);
  });
  const Finished& best = trials.front();
  if (!arguments.report.empty()) {
    const HoldInterrupts whole_file;
    files::write_file_atomically(arguments.report, tune_html(arguments, file, objective.name(), trials, seconds));
  }
  TrainOptions chosen = options;
  set_options(chosen, file, best.trial);
  if (options.common.json) {
    fmt::print("{}\n", files::to_json(Config::dict({{"objective", objective.name()},
                                                    {"score", std::abs(best.trial.score)},
                                                    {"values", best.trial.values},
                                                    {"model", chosen.model},
                                                    {"trial", best.trial.number},
                                                    {"trials", static_cast<Index>(trials.size())},
                                                    {"seconds", seconds}}),
                                      {.indent = 2}));
    return;
  }
  fmt::print("\nbest of {} trials in {:.1f} s: {} {:.4g} with {}\n  --model \"{}\"\n", trials.size(), seconds,
             objective.name(), std::abs(best.trial.score), best.trial.values.repr(), chosen.model);
}

}  // namespace

void add_tune(CLI::App& app) {
  auto arguments = std::make_shared<TuneArguments>();
  TrainOptions& options = arguments->classify.train;
  CLI::App& command = *app.add_subcommand("tune", "Search for the hyper-parameters of a model");
  command.footer(
      "The space is a JSON file:\n"
      "  {\"model\": \"Conv1D({filters}, {width}, activation='relu') GlobalAveragePooling1D()\",\n"
      "   \"epochs\": 50, \"learning_rate\": \"{rate}\",\n"
      "   \"parameters\": {\"filters\": {\"type\": \"int\", \"min\": 16, \"max\": 128, \"step\": 16},\n"
      "                  \"width\": {\"type\": \"choice\", \"values\": [3, 5, 7]},\n"
      "                  \"rate\": {\"type\": \"float\", \"min\": 1e-4, \"max\": 1e-1, \"sampling\": \"log\"}}}\n"
      "A trial's score is the mean over the folds of the training set, or with --target the error on the rows before "
      "the "
      "test rows.\nThe same seed gives the same result for any number of trials at a time. After an interruption the "
      "same "
      "command goes on\nwhere the journal ends.");
  command.add_option("--space", arguments->space, "What may vary (JSON)")->required();
  command.add_option("--train,--data", options.data, "Labelled series, or with --target a table")->required();
  command.add_option("--target", options.targets, "Tables: the column to forecast")->delimiter(',');
  command.add_option("--strategy", arguments->search.strategy, "random, grid, hyperband or bayesian")
      ->check(CLI::IsMember({"random", "grid", "hyperband", "bayesian"}))
      ->capture_default_str();
  command.add_option("--trials", arguments->search.max_trials, "So many trials; grid: 0 is all")->capture_default_str();
  command.add_option("--max-epochs", arguments->search.max_epochs, "Hyperband: epochs of the last round")
      ->capture_default_str();
  command.add_option("--factor", arguments->search.factor, "Hyperband: one of so many goes on")->capture_default_str();
  command.add_option("--iterations", arguments->search.iterations, "Hyperband: times that all brackets are run")
      ->capture_default_str();
  command.add_option("--folds", arguments->classify.folds, "Folds of a trial (default 3)")->check(CLI::Range(2, 1000));
  command.add_option("--seeds", arguments->classify.seeds, "Networks per fold")->check(CLI::PositiveNumber);
  command.add_option("--parallel", arguments->parallel, "Trials at a time; all processors when not given")
      ->check(CLI::PositiveNumber);
  command.add_option("--journal", arguments->journal,
                     "Write every trial into this file (one JSON per line), and go on from it");
  command.add_option("--report", arguments->report, "Write all trials into one HTML file");
  add_training_options(command, options);
  add_table_options(command, options);
  add_data_options(command, options.data_options);
  add_common(command, options.common);
  command.callback([arguments] { run(*arguments); });
}

}  // namespace wavetrain::app
