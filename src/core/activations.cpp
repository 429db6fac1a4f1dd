#include "wavetrain/activations.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/suggest.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain {
namespace {

// In the order of ActivationKind.
const std::vector<std::string> kNames = {"linear",
                                         "relu",
                                         "relu6",
                                         "leaky_relu",
                                         "elu",
                                         "selu",
                                         "celu",
                                         "softplus",
                                         "softsign",
                                         "sigmoid",
                                         "hard_sigmoid",
                                         "log_sigmoid",
                                         "sparse_sigmoid",
                                         "tanh",
                                         "hard_tanh",
                                         "tanh_shrink",
                                         "soft_shrink",
                                         "hard_shrink",
                                         "threshold",
                                         "exponential",
                                         "gelu",
                                         "silu",
                                         "hard_silu",
                                         "mish",
                                         "squareplus",
                                         "sparse_plus",
                                         "softmax",
                                         "log_softmax",
                                         "sparsemax",
                                         "glu",
                                         "keras2_hard_sigmoid"};

ActivationKind kind_of(const std::string& name) {
  if (name == "swish") return ActivationKind::silu;
  if (name == "hard_swish") return ActivationKind::hard_silu;
  if (name == "None") return ActivationKind::linear;
  if (name == "threshold") {
    throw ValueError("The activation 'threshold' has no defaults: give threshold and default_value.");
  }
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    throw ValueError(
        fmt::format("Could not interpret activation function identifier: {}.{}", name, did_you_mean(name, kNames)));
  }
  return static_cast<ActivationKind>(found - kNames.begin());
}

// The double with the fewest digits that is this float: 0.3 rather than 0.30000001192092896.
double widened(float value) { return std::stod(fmt::format("{}", value)); }

ActivationParams default_params(ActivationKind kind) {
  ActivationParams params;
  if (kind == ActivationKind::relu6) params.max_value = 6.0f;
  if (kind == ActivationKind::leaky_relu) params.negative_slope = 0.2f;
  if (kind == ActivationKind::soft_shrink || kind == ActivationKind::hard_shrink) params.threshold = 0.5f;
  return params;
}

}  // namespace

Activation::Activation(const char* name) : Activation(std::string(name)) {}
Activation::Activation(const std::string& name) : Activation(kind_of(name)) {}
Activation::Activation(ActivationKind kind) : kind_(kind), params_(default_params(kind)) {}

Activation Activation::relu(float negative_slope, float max_value, float threshold) {
  return {ActivationKind::relu, {.negative_slope = negative_slope, .max_value = max_value, .threshold = threshold}};
}
Activation Activation::leaky_relu(float negative_slope) {
  return {ActivationKind::leaky_relu, {.negative_slope = negative_slope}};
}
Activation Activation::elu(float alpha) { return {ActivationKind::elu, {.alpha = alpha}}; }
Activation Activation::celu(float alpha) { return {ActivationKind::celu, {.alpha = alpha}}; }
Activation Activation::threshold(float threshold, float default_value) {
  return {ActivationKind::threshold, {.threshold = threshold, .default_value = default_value}};
}
Activation Activation::soft_shrink(float threshold) { return {ActivationKind::soft_shrink, {.threshold = threshold}}; }
Activation Activation::hard_shrink(float threshold) { return {ActivationKind::hard_shrink, {.threshold = threshold}}; }
Activation Activation::gelu(bool approximate) { return {ActivationKind::gelu, {.approximate = approximate}}; }
Activation Activation::squareplus(float b) { return {ActivationKind::squareplus, {.b = b}}; }

std::string Activation::name() const { return kNames[static_cast<std::size_t>(kind_)]; }

const std::vector<std::string>& Activation::names() { return kNames; }

Config Codec<Activation>::to_config(const Activation& activation) {
  if (activation.has_default_params()) return activation.name();
  const ActivationParams& p = activation.params();
  const auto layer = [](const char* class_name, Config config) {
    return Config::dict({{"module", "keras.layers"},
                         {"class_name", class_name},
                         {"config", std::move(config)},
                         {"registered_name", nullptr}});
  };
  switch (activation.kind()) {
    case ActivationKind::relu:
      return layer("ReLU",
                   Config::dict({{"max_value", std::isinf(p.max_value) ? Config() : Config(widened(p.max_value))},
                                 {"negative_slope", widened(p.negative_slope)},
                                 {"threshold", widened(p.threshold)}}));
    case ActivationKind::leaky_relu:
      return layer("LeakyReLU", Config::dict({{"negative_slope", widened(p.negative_slope)}}));
    case ActivationKind::elu: return layer("ELU", Config::dict({{"alpha", widened(p.alpha)}}));
    default: break;
  }
  throw ValueError(
      fmt::format("The activation '{}' with other than its default arguments has no name to store; use the "
                  "layer of that kind instead.",
                  activation.name()));
}

Activation Codec<Activation>::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (!config.is_dict()) return config.as_string();
  const Config* class_name = config.find("class_name");
  const Config* arguments = config.find("config");
  const auto refuse = [&]() -> Activation {
    throw ValueError("only Keras' own activations can be read, not a custom function: " + config.repr());
  };
  if (class_name == nullptr || !class_name->is_string() || arguments == nullptr || !arguments->is_dict())
    return refuse();
  // What every layer has says nothing about the function.
  const auto number = [&](std::string_view key, float otherwise) {
    const Config* value = arguments->find(key);
    return value == nullptr || value->is_null() ? otherwise : static_cast<float>(value->as_double());
  };
  const auto only = [&](std::initializer_list<std::string_view> known) {
    for (const auto& [key, value] : arguments->as_dict()) {
      const bool common = key == "name" || key == "trainable" || key == "dtype";
      if (!common && std::find(known.begin(), known.end(), key) == known.end()) refuse();
    }
  };
  const std::string& name = class_name->as_string();
  if (name == "ReLU") {
    only({"max_value", "negative_slope", "threshold"});
    return Activation::relu(number("negative_slope", 0), number("max_value", std::numeric_limits<float>::infinity()),
                            number("threshold", 0));
  }
  if (name == "LeakyReLU") {
    only({"negative_slope", "alpha"});  // the latter in Keras 2
    return Activation::leaky_relu(number("negative_slope", number("alpha", 0.3f)));
  }
  if (name == "ELU") {
    only({"alpha"});
    return Activation::elu(number("alpha", 1));
  }
  if (name == "Softmax") {
    only({"axis"});
    if (number("axis", -1) == -1) return ActivationKind::softmax;
  }
  return refuse();
}

}  // namespace wavetrain
