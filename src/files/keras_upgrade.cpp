#include "files/keras_upgrade.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "core/context.hpp"
#include "training/keras_config.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

// --- Arguments -------------------------------------------------------------------------------------------------------

struct Renamed {
  std::string_view class_name;
  std::string_view old_name;
  std::string_view name;
};
constexpr std::array<Renamed, 1> kRenamed{{{"LeakyReLU", "alpha", "negative_slope"}}};

// How something is computed or what the first layer's input is: says nothing about what the layer computes.
constexpr std::array<std::string_view, 11> kDroppedArguments{"implementation",
                                                             "fused",
                                                             "input_dtype",
                                                             "batch_input_shape",
                                                             "input_dim",
                                                             "input_length",
                                                             "virtual_batch_size",
                                                             "adjustment",
                                                             "experimental_autocast",
                                                             "autocast",
                                                             "call_with_training"};

// Arguments that Keras 3 has no more, and the only value with which a layer does what it does here.
struct Gone {
  std::string_view name;
  Config value;
};
const std::vector<Gone>& gone_arguments() {
  static const std::vector<Gone> arguments{
      {"time_major", false}, {"renorm", false}, {"renorm_clipping", nullptr}, {"dynamic", false}, {"weights", nullptr}};
  return arguments;
}

// Keras 2's classes by another name, some of them fixed to what their names say.
struct OldClass {
  std::string_view name;
  std::string_view modern;
  std::vector<Config::Entry> arguments;
};
const std::vector<OldClass>& old_classes() {
  static const std::vector<Config::Entry> kCudnn{{"activation", "tanh"}, {"recurrent_activation", "sigmoid"}};
  static const std::vector<OldClass> classes{
      {"BatchNormalizationV1", "BatchNormalization", {}},
      {"BatchNormalizationV2", "BatchNormalization", {}},
      {"SyncBatchNormalization", "BatchNormalization", {{"synchronized", true}}},
      {"LSTMV2", "LSTM", {}},
      {"GRUV2", "GRU", {}},
      {"CuDNNLSTM", "LSTM", kCudnn},
      {"CuDNNGRU", "GRU", {kCudnn[0], kCudnn[1], {"reset_after", true}}},
  };
  return classes;
}

Config upgraded_initializer(const Config& value) {
  const Config* arguments = value.find("config");
  if (arguments == nullptr || !arguments->is_dict()) return value;
  Config::Dict kept;
  for (const auto& [key, argument] : arguments->as_dict()) {
    if (key == "dtype") continue;  // TensorFlow 1
    // Keras 2.2 and TensorFlow 1 said "normal" for the truncated one.
    const bool truncated = key == "distribution" && argument == Config("normal");
    kept.emplace_back(key, truncated ? Config("truncated_normal") : argument);
  }
  Config result = value;
  result.set("config", std::move(kept));
  return result;
}

Config upgraded_argument(const std::string& class_name, const std::string& key, const Config& value,
                         KerasVersion version) {
  if (version.major >= 3) return value;
  const std::string_view name = key;
  if (name.ends_with("initializer")) return upgraded_initializer(value);
  if (name.ends_with("activation") && value == Config("hard_sigmoid")) return "keras2_hard_sigmoid";
  if (name == "axis" && class_name == "BatchNormalization" && value.is_list() && value.as_list().size() == 1) {
    return value.as_list().front();
  }
  if (name == "data_format" && value.is_null()) return "channels_last";
  return value;
}

Config layer_object(std::string_view class_name, Config config) {
  return Config::dict({{"module", "keras.layers"},
                       {"class_name", class_name},
                       {"config", std::move(config)},
                       {"registered_name", nullptr}});
}

// What the separable convolutions wrote because they were convolutions too, and have no use for.
bool inherits_in_vain(std::string_view class_name, std::string_view key) {
  const bool separable = class_name.starts_with("SeparableConv") || class_name.starts_with("DepthwiseConv");
  return separable &&
         (key == "groups" || key == "kernel_initializer" || key == "kernel_regularizer" || key == "kernel_constraint");
}

// The layers that an argument holds: `layer`, `backward_layer`, `cell`, `cells`.
bool holds_layers(std::string_view key) {
  return key == "layer" || key == "backward_layer" || key == "cell" || key == "cells";
}

Config upgraded_parts(const Config& value, KerasVersion version) {
  if (value.is_list()) {
    Config::List items;
    for (const Config& item : value.as_list()) items.push_back(upgraded_parts(item, version));
    return items;
  }
  const Config* class_name = value.find("class_name");
  return class_name != nullptr && class_name->is_string() && value.find("config") != nullptr
             ? upgraded_layer(value, version)
             : value;
}

std::string described_config(const std::string& class_name, const Config& config) {
  const Config* name = config.find("name");
  return name != nullptr && name->is_string() ? fmt::format("Layer '{}' ({})", name->as_string(), class_name)
                                              : fmt::format("Layer {}", class_name);
}

void refuse_code(const std::string& class_name, const Config& config) {
  if (class_name != "Lambda" && class_name != "TFOpLambda" && class_name != "SlicingOpLambda") return;
  throw NotSupported(
      fmt::format("{} is Python code, which cannot be read from a file. Say the same with other layers, such as "
                  "Rescaling, Reshape or "
                  "Activation, or leave it out of the model and apply it to the data; in C++, a layer of one's own can "
                  "take its place.",
                  described_config(class_name, config)));
}

bool is_model(const std::string& class_name) {
  return class_name == "Sequential" || class_name == "Functional" || class_name == "Model";
}

// The shape in a first layer's `batch_input_shape`, as Keras had it before it made an InputLayer of it.
const Config* declared_shape(const Config& layer) {
  const Config* config = layer.find("config");
  return config == nullptr ? nullptr : config->find("batch_input_shape");
}

Config::List upgraded_layers(const Config::List& layers, KerasVersion version) {
  Config::List result;
  const auto is_input = [](const Config& layer) { return layer.at("class_name") == Config("InputLayer"); };
  if (!layers.empty() && !is_input(layers.front())) {
    const Config* shape = declared_shape(layers.front());
    // A first layer that is a model says it in its own first layer.
    for (const Config* inner = &layers.front(); shape == nullptr || shape->is_null();) {
      const Config* config = inner->find("config");
      const Config* list = config == nullptr ? nullptr : config->is_list() ? config : config->find("layers");
      if (list == nullptr || !list->is_list() || list->as_list().empty()) break;
      inner = &list->as_list().front();
      shape = declared_shape(*inner);
      if (shape == nullptr && is_input(*inner)) shape = inner->at("config").find("batch_shape");
    }
    if (shape != nullptr && shape->is_list()) {
      result.push_back(layer_object("InputLayer", Config::dict({{"batch_shape", *shape}})));
    }
  }
  for (const Config& layer : layers) result.push_back(upgraded_layer(layer, version));
  return result;
}

}  // namespace

KerasVersion parse_keras_version(std::string_view text) {
  KerasVersion version{2, 0};
  const char* end = text.data() + text.size();
  int major = 0;
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc() || major < 1 || major > 100) return version;
  version.major = major;
  version.in_tensorflow = text.ends_with("-tf");
  if (first.ptr == end || *first.ptr != '.') return version;
  int minor = 0;
  if (std::from_chars(first.ptr + 1, end, minor).ec == std::errc() && minor >= 0) version.minor = minor;
  return version;
}

Config upgraded_layer(const Config& layer, KerasVersion version) {
  std::string class_name = layer.at("class_name").as_string();
  const Config& written = layer.at("config");
  if (is_model(class_name)) return upgraded_model(layer, version);
  const Config config = plain_config(written);
  refuse_code(class_name, config);
  return with_context(described_config(class_name, config), [&] {
    Config::Dict arguments;
    if (version.major < 3) {
      const auto& classes = old_classes();
      const auto old =
          std::find_if(classes.begin(), classes.end(), [&](const OldClass& c) { return c.name == class_name; });
      if (old != classes.end()) {
        class_name = old->modern;
        arguments = old->arguments;
      }
    }
    for (const auto& [key, value] : config.as_dict()) {
      if (holds_layers(key)) {
        arguments.emplace_back(key, upgraded_parts(value, version));
        continue;
      }
      std::string name = key;
      for (const Renamed& r : kRenamed) {  // Keras 3 reads the old names too
        if (r.class_name == class_name && r.old_name == key) name = r.name;
      }
      if (version.major < 3) {
        const bool is_size =
            key == "input_dim" && class_name == "Embedding";  // elsewhere a part of the first input's shape
        if (class_name != "InputLayer" && !is_size && contains(kDroppedArguments, key)) continue;
        if (inherits_in_vain(class_name, key)) continue;
        const auto& gone = gone_arguments();
        const auto found =
            std::find_if(gone.begin(), gone.end(), [&name = key](const Gone& g) { return g.name == name; });
        if (found != gone.end()) {
          if (value != found->value) throw NotSupported(fmt::format("{}={} is not supported", key, value.repr()));
          continue;
        }
      } else if (class_name != "InputLayer" && (key == "batch_input_shape" || key == "batch_shape")) {
        continue;  // of a first layer; its InputLayer says it
      }
      arguments.emplace_back(name, upgraded_argument(class_name, key, value, version));
    }
    // Before it became an argument (2.1.?), and until TensorFlow 2 changed the default, a GRU reset before.
    const bool gru = class_name == "GRU" || class_name == "GRUCell";
    Config result = layer;
    if (version.major < 3 && gru && Config(arguments).find("reset_after") == nullptr)
      arguments.emplace_back("reset_after", false);
    result.set("class_name", class_name);
    result.set("config", std::move(arguments));
    return result;
  });
}

Config upgraded_model(const Config& model, KerasVersion version) {
  const std::string& class_name = model.at("class_name").as_string();
  if (!is_model(class_name)) {
    throw NotSupported(
        fmt::format("only Sequential models, and functional ones that are a chain of layers, can be read. Received: {}",
                    class_name));
  }
  const Config& config = model.at("config");
  Config::Dict upgraded;
  if (config.is_list()) {  // Keras before 2.2.3 wrote the layers alone
    upgraded.emplace_back("layers", upgraded_layers(config.as_list(), version));
  } else {
    const bool functional = class_name != "Sequential" || config.find("input_layers") != nullptr;
    for (const auto& [key, value] : config.as_dict()) {
      if (key == "layers") {
        upgraded.emplace_back(key, upgraded_layers(functional ? functional_chain(config) : value.as_list(), version));
      } else if (key != "input_layers" && key != "output_layers") {
        upgraded.emplace_back(key, value);
      }
    }
  }
  Config result = model;
  result.set("class_name", "Sequential");
  result.set("config", std::move(upgraded));
  return result;
}

}  // namespace wavetrain::files
