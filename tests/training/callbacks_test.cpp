#include "wavetrain/callbacks.hpp"

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "training/golden.hpp"
#include "training/path_format.hpp"
#include "wavetrain/console.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain {
namespace {

namespace fs = std::filesystem;

const std::vector<GoldenCallback>& golden() {
  static const std::vector<GoldenCallback> cases{
#include "training/golden/callbacks.inc"
  };
  return cases;
}

// Its only weight is the number of the last epoch; saving writes down the path.
struct Host final : TrainingHost {
  std::vector<Array> get_weights() const override { return {Array{static_cast<float>(epoch)}}; }
  void set_weights(const std::vector<Array>& weights) override { restored = static_cast<Index>(weights[0][0]); }
  void save(const std::string& path) const override { saved.push_back(fs::path(path).filename().string()); }
  void save_weights(const std::string& path) const override { save(path); }
  Optimizer& optimizer() override { return sgd; }
  MetricDirection direction(std::string_view name) const override {
    return name == "val_accuracy" ? MetricDirection::up : MetricDirection::none;
  }
  void stop_training() override { stopped = true; }

  Index epoch = -1;
  Index restored = -1;
  bool stopped = false;
  Optimizer sgd = optimizers::SGD{.learning_rate = static_cast<double>(0.1f)};
  mutable std::vector<std::string> saved;
};

// Collects what is printed.
class Printed {
 public:
  explicit Printed(bool terminal = false)
      : before_(set_console({[this](std::string_view text) { text_ += text; }, terminal})) {}
  ~Printed() { set_console(before_); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  Console before_;
};

// Trains on nothing: one epoch for each value of `name`. Returns the learning rates logged.
std::vector<double> run(
    const std::shared_ptr<Callback>& callback, Host& host, const std::vector<double>& values,
    const std::string& name = "val_loss", const std::function<Logs(Index)>& extra = [](Index) { return Logs(); }) {
  std::vector<double> rates;
  CallbackList list({callback}, &host, {});
  list.on_train_begin();
  for (const double value : values) {
    list.on_epoch_begin(++host.epoch);
    Logs logs = extra(host.epoch);
    logs.set(name, value);
    logs = logs.sorted();
    list.on_epoch_end(host.epoch, logs);
    if (const double* rate = logs.find("learning_rate")) rates.push_back(*rate);
    if (host.stopped) break;
  }
  list.on_train_end({});
  return rates;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string result;
  for (const std::string& part : parts) result += (result.empty() ? "" : ";") + part;
  return result;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Callbacks, DecideAsKeras) {
  const std::string csv = (fs::temp_directory_path() / "wavetrain-callbacks-test.csv").string();
  for (const GoldenCallback& expected : golden()) {
    const std::string what = expected.class_name + " " + expected.settings;
    Config settings = parse_json(expected.settings);
    Host host;
    if (expected.class_name == "EarlyStopping") {
      const auto stop = from_config<callbacks::EarlyStopping>(settings).make();
      run(stop, host, expected.values);
      const std::vector<double> came_out{static_cast<double>(stop->stopped_epoch()),
                                         static_cast<double>(stop->best_epoch()), static_cast<double>(host.restored),
                                         static_cast<double>(host.epoch)};
      EXPECT_EQ(came_out, expected.numbers) << what;
    } else if (expected.class_name == "ReduceLROnPlateau") {
      std::vector<double> rates = run(from_config<callbacks::ReduceLROnPlateau>(settings), host, expected.values);
      rates.push_back(static_cast<float>(host.sgd.learning_rate()));
      expect_close(rates, expected.numbers, 1e-12, what);
    } else if (expected.class_name == "ModelCheckpoint") {
      run(from_config<callbacks::ModelCheckpoint>(settings), host, expected.values);
      EXPECT_EQ(joined(host.saved), expected.text) << what;
    } else {
      const Config* separator = settings.find("separator");
      run(callbacks::CSVLogger{.filename = csv, .separator = separator ? separator->as_string() : ","}, host,
          expected.values, settings.at("name").as_string(), [](Index epoch) {
            return epoch == 2 ? Logs() : Logs{{"b,c", 0.1 * static_cast<double>(epoch)}};
          });
      EXPECT_EQ(contents(csv), expected.text) << what;
    }
  }
  fs::remove(csv);
}

TEST(Callbacks, EarlyStoppingSaysWhatItDid) {
  Host host;
  const Printed printed;
  run(callbacks::EarlyStopping{.monitor = "loss", .verbose = 1, .restore_best_weights = true}, host, {3, 2, 4, 1},
      "loss");
  EXPECT_EQ(printed.text(), "Epoch 3: early stopping\nRestoring model weights from the end of the best epoch: 2.\n");
  EXPECT_EQ(host.restored, 1);
}

TEST(Callbacks, DirectionComesFromTheMetric) {
  Host host;
  const auto stop = callbacks::EarlyStopping{.monitor = "val_accuracy", .patience = 2}.make();
  run(stop, host, {0.5, 0.6, 0.55, 0.58}, "val_accuracy");
  EXPECT_EQ(stop->best_epoch(), 1);
  Host other;
  EXPECT_THROW(run(callbacks::EarlyStopping{.monitor = "val_error"}, other, {1}, "val_error"), ValueError);
}

TEST(Callbacks, MissingMonitorWarns) {
  std::string warned;
  const LogSink before = set_log_sink([&warned](LogLevel, std::string_view message) { warned += message; });
  Host host;
  run(callbacks::EarlyStopping{}, host, {3, 4, 5, 6}, "loss");
  set_log_sink(before);
  EXPECT_FALSE(host.stopped);
  EXPECT_EQ(warned.substr(0, 108),
            "Early stopping conditioned on metric `val_loss` which is not available. Available "
            "metrics are: lossEarly sto");
}

TEST(Callbacks, CheckpointsByBatches) {
  Host host;
  const fs::path folder = fs::temp_directory_path() / "wavetrain-checkpoint-test";
  const std::shared_ptr<Callback> saver =
      callbacks::ModelCheckpoint{.filepath = (folder / "deep" / "{epoch}-{batch}-{loss:.1f}.weights.h5").string(),
                                 .save_weights_only = true,
                                 .save_freq = 3};
  CallbackList list({saver}, &host, {});
  EXPECT_TRUE(list.wants_batches());
  for (Index epoch = 0; epoch < 2; ++epoch) {
    list.on_epoch_begin(epoch);
    for (Index batch = 0; batch < 4; ++batch) list.on_train_batch_end(batch, {{"loss", 0.25}});
    Logs logs;
    list.on_epoch_end(epoch, logs);
  }
  EXPECT_EQ(joined(host.saved), "1-3-0.2.weights.h5;2-2-0.2.weights.h5");
  EXPECT_TRUE(fs::is_directory(folder / "deep"));
  fs::remove_all(folder);
}

TEST(Callbacks, CheckpointsRefuse) {
  EXPECT_THROW(callbacks::ModelCheckpoint{.filepath = "model.txt"}.make(), ValueError);
  EXPECT_THROW((callbacks::ModelCheckpoint{.filepath = "model.keras", .save_weights_only = true}.make()), ValueError);
  EXPECT_THROW(callbacks::SaveFrequency("day"), ValueError);
  Host host;
  EXPECT_THROW(run(callbacks::ModelCheckpoint{.filepath = "{val_acc}.keras"}, host, {1}), ValueError);
}

TEST(Callbacks, CheckpointSpeaks) {
  Host host;
  const Printed printed;
  run(callbacks::ModelCheckpoint{.filepath = "m.keras", .verbose = 1, .save_best_only = true}, host, {0.5, 0.75});
  EXPECT_EQ(printed.text(),
            "\nEpoch 1: val_loss improved from None to 0.50000, saving model to m.keras\n"
            "\nEpoch 1: finished saving model to m.keras\n\nEpoch 2: val_loss did not improve from 0.50000\n");
}

TEST(Callbacks, PathsAreFormattedAsByPython) {
  const Logs logs{{"loss", 1.0}, {"big", 12345.678}};
  const auto text = [&logs](const char* pattern) { return format_path(pattern, {{"epoch", 7}}, logs); };
  EXPECT_EQ(text("{epoch}-{loss}"), "7-1.0");
  EXPECT_EQ(text("{epoch:*^5d}|{loss:8.3f}|{big:.3e}|{big:g}"), "**7**|   1.000|1.235e+04|12345.7");
  EXPECT_EQ(text("{{}}{loss:.1%}"), "{}100.0%");
  for (const char* pattern : {"{loss", "loss}", "{acc}", "{loss:02d}", "{loss:.2q}", "{}"}) {
    EXPECT_THROW(text(pattern), ValueError) << pattern;
  }
}

TEST(Callbacks, CsvIsContinued) {
  const std::string path = (fs::temp_directory_path() / "wavetrain-append-test.csv").string();
  for (int i = 0; i < 2; ++i) {
    Host host;
    run(callbacks::CSVLogger{.filename = path, .append = i > 0}, host, {1}, "val_loss");
  }
  EXPECT_EQ(contents(path), "epoch,val_loss\r\n0,1.0\r\n0,1.0\r\n");
  fs::remove(path);
  Host host;
  EXPECT_THROW(run(callbacks::CSVLogger{.filename = "/no/such/folder/log.csv"}, host, {1}), FileError);
}

TEST(Callbacks, LearningRateScheduler) {
  Host host;
  const Printed printed;
  const std::vector<double> rates = run(
      callbacks::LearningRateScheduler{.schedule = [](Index epoch, double rate) { return epoch < 1 ? rate : rate / 2; },
                                       .verbose = 1},
      host, {1, 1, 1});
  expect_close(rates, {0.1f, 0.05f, 0.025f}, 1e-12, "rates");
  EXPECT_EQ(printed.text().substr(0, 73), "\nEpoch 1: LearningRateScheduler setting learning rate to 0.10000000149011");
  EXPECT_THROW(callbacks::LearningRateScheduler{}.make(), ValueError);
}

TEST(Callbacks, TerminateOnNaN) {
  for (const double loss : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Host host;
    const Printed printed;
    CallbackList list({callbacks::TerminateOnNaN{}}, &host, {});
    list.on_train_batch_end(0, {{"loss", 1}});
    EXPECT_FALSE(host.stopped);
    list.on_train_batch_end(1, {{"loss", loss}});
    EXPECT_TRUE(host.stopped);
    EXPECT_EQ(printed.text(), "Batch 1: Invalid loss, terminating training\n");
    CallbackList strict({callbacks::TerminateOnNaN{.raise_error = true}}, &host, {});
    EXPECT_THROW(strict.on_train_batch_end(1, {{"loss", loss}}), Error);
  }
}

TEST(Callbacks, LambdaCallback) {
  Host host;
  std::string seen;
  const std::shared_ptr<Callback> callback = callbacks::LambdaCallback{.on_epoch_end =
                                                                           [&seen](Index epoch, Logs& logs) {
                                                                             seen += std::to_string(epoch);
                                                                             logs.set("extra", 1);
                                                                           },
                                                                       .on_train_begin = [&seen] { seen += "begin "; }};
  EXPECT_FALSE(callback->wants_batches());
  const auto history = std::make_shared<History>();
  CallbackList list({callback, history}, &host, {});
  list.on_train_begin();
  Logs logs{{"loss", 2}};
  list.on_epoch_end(0, logs);
  EXPECT_EQ(seen, "begin 0");
  EXPECT_EQ((*history)["extra"], std::vector<double>{1});
  EXPECT_TRUE(callbacks::LambdaCallback{.on_train_batch_end = [](Index, const Logs&) {}}.make()->wants_batches());
}

TEST(Callbacks, FromSettings) {
  EXPECT_NE(callback_from_config(parse_json(R"({"class_name": "EarlyStopping", "config": {"patience": 3}})")), nullptr);
  EXPECT_THROW(callback_from_config(parse_json(R"({"class_name": "EarlyStoping"})")), ValueError);
  EXPECT_THROW(callback_from_config(parse_json(R"({"class_name": "ReduceLROnPlateau", "config": {"factor": 1.0}})")),
               ValueError);
  EXPECT_EQ(callback_descriptions().size(), 8u);
}

}  // namespace
}  // namespace wavetrain
