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

}  // namespace

Config compile_config(const CompileOptions& options) {
  Config config = Config::dict({{"optimizer", portable_config(options.optimizer.config())},
                                {"loss", portable_config(options.loss.config())}});
  if (options.loss_weights) config.set("loss_weights", Config::list({*options.loss_weights}));
  if (!options.metrics.empty()) config.set("metrics", list_of(options.metrics));
  if (!options.weighted_metrics.empty()) config.set("weighted_metrics", list_of(options.weighted_metrics));
  return config;
}

CompileOptions compile_options(const Config& written) {
  const Config config = plain_config(written);
  CompileOptions options;
  options.optimizer = Optimizer(config.at("optimizer"));
  if (const Config* loss = config.find("loss")) options.loss = Loss(only(*loss, "loss"));
  if (const Config* weights = config.find("loss_weights"); weights != nullptr && !weights->is_null()) {
    options.loss_weights = only(*weights, "loss_weights").as_double();
  }
  options.metrics = metrics_of(config, "metrics");
  options.weighted_metrics = metrics_of(config, "weighted_metrics");
  return options;
}

}  // namespace wavetrain::files
