// TerminateOnNaN, LambdaCallback, and callbacks from settings.
#include <cmath>

#include <fmt/format.h>

#include "core/suggest.hpp"
#include "wavetrain/callbacks.hpp"
#include "wavetrain/console.hpp"

namespace wavetrain {
namespace callbacks {
namespace {

class NanWatch final : public Callback {
 public:
  explicit NanWatch(const TerminateOnNaN& settings) : settings_(settings) {}
  bool wants_batches() const override { return true; }

  void on_train_batch_end(Index batch, const Logs& logs) override {
    const double* loss = logs.find("loss");
    if (loss == nullptr || std::isfinite(*loss)) return;
    if (settings_.raise_error) {
      throw Error(fmt::format(
          "NaN or Inf loss encountered at batch {}. Loss value: {}. Terminating training immediately.", batch, *loss));
    }
    print(fmt::format("Batch {}: Invalid loss, terminating training\n", batch));
    model().stop_training();
  }

 private:
  TerminateOnNaN settings_;
};

class Functions final : public Callback {
 public:
  explicit Functions(const LambdaCallback& functions) : f_(functions) {}

  bool wants_batches() const override {
    return f_.on_train_batch_begin || f_.on_train_batch_end || f_.on_test_batch_begin || f_.on_test_batch_end ||
           f_.on_predict_batch_begin || f_.on_predict_batch_end;
  }
  void on_train_begin() override { call(f_.on_train_begin); }
  void on_train_end(const Logs& logs) override { call(f_.on_train_end, logs); }
  void on_epoch_begin(Index epoch) override { call(f_.on_epoch_begin, epoch); }
  void on_epoch_end(Index epoch, Logs& logs) override { call(f_.on_epoch_end, epoch, logs); }
  void on_train_batch_begin(Index batch) override { call(f_.on_train_batch_begin, batch); }
  void on_train_batch_end(Index batch, const Logs& logs) override { call(f_.on_train_batch_end, batch, logs); }
  void on_test_begin() override { call(f_.on_test_begin); }
  void on_test_end(const Logs& logs) override { call(f_.on_test_end, logs); }
  void on_test_batch_begin(Index batch) override { call(f_.on_test_batch_begin, batch); }
  void on_test_batch_end(Index batch, const Logs& logs) override { call(f_.on_test_batch_end, batch, logs); }
  void on_predict_begin() override { call(f_.on_predict_begin); }
  void on_predict_end() override { call(f_.on_predict_end); }
  void on_predict_batch_begin(Index batch) override { call(f_.on_predict_batch_begin, batch); }
  void on_predict_batch_end(Index batch) override { call(f_.on_predict_batch_end, batch); }

 private:
  template <class Function, class... Arguments>
  static void call(const Function& function, Arguments&&... arguments) {
    if (function) function(arguments...);
  }

  LambdaCallback f_;
};

struct Known {
  const Description* description;
  std::shared_ptr<Callback> (*make)(const Config& arguments);
};

template <class T>
Known known() {
  return {&T::description(), [](const Config& arguments) -> std::shared_ptr<Callback> {
            return wavetrain::from_config<T>(arguments).make();
          }};
}

const std::vector<Known>& all_known() {
  static const std::vector<Known> all{known<EarlyStopping>(),     known<ModelCheckpoint>(), known<CSVLogger>(),
                                      known<ReduceLROnPlateau>(), known<TerminateOnNaN>(),  known<BackupAndRestore>(),
                                      known<SwapEMAWeights>(),    known<TensorBoard>()};
  return all;
}

}  // namespace

const Description& TerminateOnNaN::description() {
  static const Description instance =
      Describe<TerminateOnNaN>("TerminateOnNaN", "keras.callbacks").field("raise_error", &TerminateOnNaN::raise_error);
  return instance;
}

std::shared_ptr<Callback> TerminateOnNaN::make() const { return std::make_shared<NanWatch>(*this); }

std::shared_ptr<Callback> LambdaCallback::make() const { return std::make_shared<Functions>(*this); }

}  // namespace callbacks

std::shared_ptr<Callback> callback_from_config(const Config& config) {
  const std::string& name = config.at("class_name").as_string();
  std::vector<std::string> names;
  for (const auto& known : callbacks::all_known()) {
    if (known.description->class_name == name) {
      const Config* arguments = config.find("config");
      return known.make(arguments ? *arguments : Config::dict({}));
    }
    names.push_back(known.description->class_name);
  }
  if (name == "RemoteMonitor" || name == "OrbaxCheckpoint") {
    throw NotSupported(fmt::format("The callback {} is not supported. {}", name,
                                   name == "RemoteMonitor" ? "A LambdaCallback can send the logs anywhere."
                                                           : "Use ModelCheckpoint or BackupAndRestore."));
  }
  throw ValueError(fmt::format("Could not interpret callback identifier: {}.{}", name, did_you_mean(name, names)));
}

std::vector<const Description*> callback_descriptions() {
  std::vector<const Description*> result;
  for (const auto& known : callbacks::all_known()) result.push_back(known.description);
  return result;
}

}  // namespace wavetrain
