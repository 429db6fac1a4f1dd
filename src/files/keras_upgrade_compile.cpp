#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "files/keras_upgrade.hpp"
#include "training/keras_config.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/losses.hpp"
#include "wavetrain/metrics.hpp"

namespace wavetrain::files {
namespace {

// How the optimizer works inside, in Keras 2.
constexpr std::array<std::string_view, 4> kDroppedSettings{"jit_compile", "is_legacy_optimizer",
                                                           "experimental_aggregate_gradients", "schedule_decay"};

// A schedule without a name that is None, as Keras 2 writes it.
Config upgraded_rate(const Config& rate) {
  const Config* arguments = rate.find("config");
  if (arguments == nullptr || !arguments->is_dict()) return rate;
  Config::Dict kept;
  for (const auto& [key, value] : arguments->as_dict()) {
    if (key != "name" || !value.is_null()) kept.emplace_back(key, value);
  }
  Config result = rate;
  result.set("config", std::move(kept));
  return result;
}

// {lr, decay} of Keras 2 as the schedule that Keras made of it: lr / (1 + decay · step).
Config decaying(const Config& rate, const Config& decay) {
  return Config::dict(
      {{"module", "keras.optimizers.schedules"},
       {"class_name", "InverseTimeDecay"},
       {"config", Config::dict({{"initial_learning_rate", rate}, {"decay_steps", 1}, {"decay_rate", decay}})},
       {"registered_name", nullptr}});
}

Config upgraded_optimizer(const Config& optimizer, KerasVersion version) {
  const Config* class_name = optimizer.find("class_name");
  const Config* arguments = optimizer.find("config");
  if (class_name == nullptr || arguments == nullptr || !arguments->is_dict()) return optimizer;
  std::string name = class_name->as_string();
  if (name.starts_with("Custom>")) name = name.substr(7);
  // Keras itself, before it became a part of TensorFlow, took the norm over all gradients.
  const bool clips_globally = version.minor < 4 && !version.in_tensorflow;
  const Config* use_ema = arguments->find("use_ema");
  const bool averages = use_ema != nullptr && *use_ema == Config(true);
  Config::Dict kept;
  Config decay;
  for (const auto& [key, value] : arguments->as_dict()) {
    if (contains(kDroppedSettings, key)) continue;
    if (key == "ema_overwrite_frequency" && !averages) continue;  // 100 for some, without a meaning
    if (key == "decay") {
      if (value.is_number() && value.as_double() != 0) decay = value;
      continue;
    }
    if (value.is_null() && key == "epsilon") continue;  // Keras' default, 1e-7
    if (key == "lr" || key == "learning_rate") kept.emplace_back("learning_rate", upgraded_rate(value));
    else kept.emplace_back(key == "clipnorm" && clips_globally ? "global_clipnorm" : key, value);
  }
  if (!decay.is_null()) {
    if (name == "Nadam") {  // its decay was the momentum's schedule, which Keras 3 fixes
      log(LogLevel::warning, fmt::format("Nadam's decay={} of Keras 2 is not used, as in Keras 3.", decay.repr()));
    } else {
      for (auto& [key, value] : kept) {
        if (key == "learning_rate" && value.is_number()) value = decaying(value, decay);
      }
    }
  }
  Config result = optimizer;
  result.set("class_name", std::move(name));
  result.set("config", std::move(kept));
  return result;
}

// The names of functions that have others in Keras 3.
Config upgraded_function(const Config& function) {
  if (function == Config("cosine_proximity") || function == Config("cosine")) return "cosine_similarity";
  return function;
}

Config upgraded_loss(const Config& loss) {
  if (loss.is_string()) return upgraded_function(loss);
  const Config* arguments = loss.find("config");
  if (arguments == nullptr || !arguments->is_dict()) return loss;
  Config::Dict kept;
  for (const auto& [key, value] : arguments->as_dict()) {
    if (key == "fn") continue;
    const bool automatic = key == "reduction" && (value == Config("auto") || value == Config("AUTO"));
    kept.emplace_back(key, automatic ? Config("sum_over_batch_size") : value);
  }
  Config result = loss;
  result.set("config", std::move(kept));
  return result;
}

// {"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "binary_accuracy"}}, as TensorFlow's Keras 2
// writes a metric that was given as text, by the text.
Config upgraded_metric(const Config& metric) {
  if (metric.is_string()) return upgraded_function(metric);
  const Config* class_name = metric.find("class_name");
  const Config* arguments = metric.find("config");
  if (class_name == nullptr || arguments == nullptr || !arguments->is_dict()) return metric;
  const Config* function = arguments->find("fn");
  if (function == nullptr) return metric;
  // A class of its own ("BinaryAccuracy") that says its function as well.
  if (*class_name != Config("MeanMetricWrapper") && *class_name != Config("SumOverBatchSizeMetricWrapper")) {
    Config::Dict kept;
    for (const auto& [key, value] : arguments->as_dict()) {
      if (key != "fn") kept.emplace_back(key, value);
    }
    Config result = metric;
    result.set("config", std::move(kept));
    return result;
  }
  const Config* name = arguments->find("name");
  if (name != nullptr && name->is_string()) {
    const std::string& text = name->as_string();
    if (text == "accuracy" || text == "acc" || MetricFamily::registry().contains(text)) return text;
  }
  return upgraded_function(*function);
}

// The entry for the one output of {"output": value}; layers' names stand before others' in no file of a Sequential.
const Config& only_output(const Config& value) {
  const bool by_output = value.is_dict() && value.find("class_name") == nullptr && value.as_dict().size() == 1;
  return by_output ? value.as_dict().front().second : value;
}

Config each(const Config& value, Config (*upgrade)(const Config&)) {
  if (!value.is_list()) return value.is_null() ? value : upgrade(value);
  Config::List items;
  for (const Config& item : value.as_list()) items.push_back(each(item, upgrade));
  return items;
}

}  // namespace

Config upgraded_compile_config(const Config& written, KerasVersion version) {
  const Config config = plain_config(written);
  Config::Dict result;
  for (const auto& [key, value] : config.as_dict()) {
    const bool old = version.major < 3;
    if (key == "optimizer" || key == "optimizer_config") {
      result.emplace_back("optimizer", old ? upgraded_optimizer(value, version) : value);
    } else if (key == "loss") {
      result.emplace_back(key, each(
                                   only_output(value), old ? upgraded_loss : +[](const Config& c) { return c; }));
    } else if (key == "metrics" || key == "weighted_metrics") {
      result.emplace_back(key, each(
                                   only_output(value), old ? upgraded_metric : +[](const Config& c) { return c; }));
    } else if (key == "loss_weights") {
      result.emplace_back(key, only_output(value));
    } else {
      result.emplace_back(key, value);
    }
  }
  return result;
}

}  // namespace wavetrain::files
