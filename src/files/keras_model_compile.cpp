#include "files/keras_model_compile.hpp"

#include <fmt/format.h>

#include "training/keras_config.hpp"

namespace wavetrain::files {
namespace {

// The one entry for the one output: `value` itself, or the only item of a list.
const Config& only(const Config& value, const char* argument) {
  if (!value.is_list()) return value;
  if (value.as_list().size() != 1) {
    throw NotSupported(fmt::format("{}={}: a Sequential has one output", argument, value.repr()));
  }
  return value.as_list().front();
}

// None, a list of metrics, or one such list per output.
std::vector<Metric> metrics_of(const Config& config, const char* argument) {
  std::vector<Metric> metrics;
  const Config* list = config.find(argument);
  if (list == nullptr || list->is_null()) return metrics;
  if (!list->is_list()) return {Metric(*list)};
  const Config::List& items = list->as_list();
  const bool nested = !items.empty() && items.front().is_list();
  for (const Config& item : (nested ? only(*list, argument) : *list).as_list()) {
    if (!item.is_null()) metrics.push_back(Metric(item));
  }
  return metrics;
}

Config list_of(const std::vector<Metric>& metrics) {
  Config::List list;
  for (const Metric& metric : metrics) list.push_back(portable_config(metric.config()));
  return list;
}

// An optimizer without the arguments that have their defaults: older versions do not know all of them.
Config without_defaults(const Config& optimizer) {
  const Config* class_name = optimizer.find("class_name");
  if (class_name == nullptr) return optimizer;
  for (const Description* description : OptimizerFamily::registry().descriptions()) {
    if (Config(description->class_name) != *class_name) continue;
    Config::Dict kept;
    for (const auto& [key, value] : optimizer.at("config").as_dict()) {
      const Field* field = description->find(key);
      if (field == nullptr || key == "learning_rate" || value != field->default_value) kept.emplace_back(key, value);
    }
    return Config::dict({{"class_name", *class_name}, {"config", std::move(kept)}});
  }
  return optimizer;
}

}  // namespace

Config compile_config(const CompileOptions& options) {
  Config config = Config::dict({{"optimizer", portable_config(options.optimizer.config())},
                                {"loss", portable_config(options.loss.config())}});
  if (options.loss_weights) config.set("loss_weights", Config::list({*options.loss_weights}));
  if (!options.metrics.empty()) config.set("metrics", list_of(options.metrics));
  if (!options.weighted_metrics.empty()) config.set("weighted_metrics", list_of(options.weighted_metrics));
  if (options.run_eagerly) config.set("run_eagerly", true);
  if (options.steps_per_execution != 1) config.set("steps_per_execution", options.steps_per_execution);
  if (options.jit_compile) config.set("jit_compile", *options.jit_compile);
  return config;
}

Config training_config(const CompileOptions& options) {
  const Config config = compile_config(options);
  const auto entry = [&](const char* key) { return config.find(key) == nullptr ? Config() : config.at(key); };
  return Config::dict({{"loss", entry("loss")},
                       {"metrics", entry("metrics")},
                       {"weighted_metrics", entry("weighted_metrics")},
                       {"loss_weights", entry("loss_weights")},
                       {"optimizer_config", without_defaults(options.optimizer.config())}});
}

Config legacy_model_config(const Config& config) {
  if (config.is_list()) {
    Config::List items;
    for (const Config& item : config.as_list()) items.push_back(legacy_model_config(item));
    return items;
  }
  if (!config.is_dict()) return config;
  Config::Dict entries;
  for (const auto& [key, value] : config.as_dict()) entries.emplace_back(key, legacy_model_config(value));
  Config result = entries;
  const Config* class_name = result.find("class_name");
  const Config* arguments = result.find("config");
  if (class_name == nullptr || arguments == nullptr || !arguments->is_dict()) return result;
  Config changed = *arguments;
  const auto say = [&](const char* key, const Config& value) {
    if (changed.find(key) == nullptr) changed.set(key, value);
  };
  if (*class_name == Config("InputLayer")) {
    Config::Dict renamed;
    for (const auto& [key, value] : changed.as_dict()) {
      renamed.emplace_back(key == "batch_shape" ? "batch_input_shape" : key, value);
    }
    changed = renamed;
  }
  // Defaults that were others before TensorFlow 2.
  const bool gru = *class_name == Config("GRU") || *class_name == Config("GRUCell");
  const bool lstm = *class_name == Config("LSTM") || *class_name == Config("LSTMCell");
  if (gru || lstm) say("recurrent_activation", "sigmoid");
  if (gru) say("reset_after", true);
  result.set("config", changed);
  return result;
}

CompileOptions compile_options(const Config& written) {
  const Config config = plain_config(written);
  CompileOptions options;
  if (const Config* optimizer = config.find("optimizer")) options.optimizer = Optimizer(*optimizer);
  if (const Config* loss = config.find("loss")) options.loss = Loss(only(*loss, "loss"));
  if (const Config* weights = config.find("loss_weights"); weights != nullptr && !weights->is_null()) {
    options.loss_weights = only(*weights, "loss_weights").as_double();
  }
  options.metrics = metrics_of(config, "metrics");
  options.weighted_metrics = metrics_of(config, "weighted_metrics");
  if (const Config* eagerly = config.find("run_eagerly"); eagerly != nullptr && !eagerly->is_null()) {
    options.run_eagerly = eagerly->as_bool();
  }
  if (const Config* steps = config.find("steps_per_execution"); steps != nullptr && !steps->is_null()) {
    options.steps_per_execution = Codec<Index>::from_config(*steps);
  }
  if (const Config* jit = config.find("jit_compile"); jit != nullptr && !jit->is_null() && !jit->is_string()) {
    options.jit_compile = jit->as_bool();
  }
  return options;
}

}  // namespace wavetrain::files
