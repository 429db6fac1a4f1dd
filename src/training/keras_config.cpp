#include "training/keras_config.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/context.hpp"
#include "wavetrain/layers/nested.hpp"

namespace wavetrain {
namespace {

constexpr std::array<std::string_view, 5> kSilentWhenNone{"input_axes", "output_axes", "gradient_accumulation_steps",
                                                          "dtype", "name"};

// An argument of Keras that has no field here, and the value with which a layer does what it does here.
struct Unused {
  std::string_view name;
  Config value;
};

const std::vector<Unused>& unused_arguments() {
  static const std::vector<Unused> arguments{
      {"autocast", true},        {"lora_alpha", nullptr}, {"lora_rank", nullptr}, {"optional", false},
      {"noise_shape", nullptr},  {"ragged", false},       {"renorm", false},      {"renorm_clipping", nullptr},
      {"renorm_momentum", 0.99}, {"rms_scaling", false},  {"sparse", false},      {"quantization_config", nullptr}};
  return arguments;
}

// How something is computed, not what: any value will do.
constexpr std::array<std::string_view, 2> kIndifferent{"use_cudnn", "trainable"};

template <class Container>
bool contains(const Container& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Without the unused arguments. Throws NotSupported for one that is used.
Config used_arguments(const Description& description, const Config& arguments) {
  Config::Dict used;
  for (const auto& [key, value] : arguments.as_dict()) {
    if (description.find(key) != nullptr) {
      used.emplace_back(key, value);
      continue;
    }
    if (contains(kIndifferent, key)) continue;
    const auto& unused = unused_arguments();
    const auto known = std::find_if(unused.begin(), unused.end(),
                                    [&name = key](const Unused& argument) { return argument.name == name; });
    if (known == unused.end()) {
      used.emplace_back(key, value);  // refused by the layer, with the nearest name
    } else if (known->value != value) {
      throw NotSupported(fmt::format("{} does not support {}={}", description.class_name, key, value.repr()));
    }
  }
  return used;
}

Sequential::Entry make_entry(const std::string& class_name, Config arguments) {
  if (class_name == "InputLayer") {
    Config::Dict wanted;
    for (const auto& [key, value] : arguments.as_dict()) {
      if (key != "trainable") wanted.emplace_back(key, value);  // an Input has no weights
    }
    return from_config<layers::Input>(used_arguments(layers::Input::description(), wanted));
  }
  const Description* description = find_layer_class(class_name);
  if (description != nullptr) arguments = used_arguments(*description, arguments);
  return make_layer(class_name, arguments);
}

}  // namespace

Config portable_config(const Config& settings) {
  if (settings.is_list()) {
    Config::List items;
    for (const Config& item : settings.as_list()) items.push_back(portable_config(item));
    return items;
  }
  if (!settings.is_dict()) return settings;
  Config::Dict entries;
  for (const auto& [key, value] : settings.as_dict()) {
    if (!(value.is_null() && contains(kSilentWhenNone, key))) entries.emplace_back(key, portable_config(value));
  }
  Config result = entries;
  // A class that Keras does not have: it asks for one that was registered as `package>Class`.
  const Config* module = result.find("module");
  const Config* kind = result.find("class_name");
  const Config* registered = result.find("registered_name");
  if (module != nullptr && module->is_string() && kind != nullptr && kind->is_string() && registered != nullptr &&
      registered->is_null() && !module->as_string().starts_with("keras")) {
    const std::string& name = module->as_string();
    result.set("registered_name", fmt::format("{}>{}", name.substr(0, name.find('.')), kind->as_string()));
  }
  // ZeroPadding1D has the argument since 3.7; before, it did what this says.
  if (const Config* name = result.find("class_name"); name != nullptr && *name == Config("ZeroPadding1D")) {
    Config::Dict arguments;
    for (const auto& [key, value] : result.at("config").as_dict()) {
      if (key != "data_format" || value != Config("channels_last")) arguments.emplace_back(key, value);
    }
    result.set("config", std::move(arguments));
  }
  return result;
}

Config plain_config(const Config& settings) {
  if (settings.is_list()) {
    Config::List items;
    for (const Config& item : settings.as_list()) items.push_back(plain_config(item));
    return items;
  }
  if (!settings.is_dict()) return settings;
  if (const Config* kind = settings.find("class_name"); kind != nullptr && kind->is_string()) {
    const Config* items = settings.find("items");
    if (kind->as_string() == "__tuple__" && items != nullptr) return plain_config(*items);
    const Config* config = settings.find("config");
    if (kind->as_string() == "function" && config != nullptr && config->is_string()) return *config;
    if (kind->as_string() == "DTypePolicy" && config != nullptr) return config->at("name");
  }
  Config::Dict entries;
  for (const auto& [key, value] : settings.as_dict()) entries.emplace_back(key, plain_config(value));
  return entries;
}

Config used_arguments(const std::string& class_name, const Config& arguments) {
  const Description* description = find_layer_class(class_name);
  return description == nullptr ? arguments : used_arguments(*description, arguments);
}

Sequential::Entry layer_from_config(const Config& entry) {
  const std::string& class_name = entry.at("class_name").as_string();
  const Config arguments = plain_config(entry.at("config"));
  const Config* name = arguments.find("name");
  const std::string where =
      name != nullptr && name->is_string() ? fmt::format("Layer '{}'", name->as_string()) : "Layer " + class_name;
  return with_context(where, [&] { return make_entry(class_name, arguments); });
}

Config layer_to_config(const Layer& layer) {
  Config config = Config::dict({{"name", layer.name()}});
  const Config arguments = layer.config(false);
  for (const auto& [key, value] : arguments.as_dict()) {
    if (key != "input_shape" && key != "name") config.set(key, value);
  }
  return Config::dict({{"module", layer.description().module},
                       {"class_name", layer.class_name()},
                       {"config", std::move(config)},
                       {"registered_name", nullptr}});
}

Config Codec<layers::Stack>::to_config(const layers::Stack& stack) {
  Config::List entries;
  if (stack.input) {
    const std::string input_name = stack.input->name.empty() ? "input_layer" : stack.input->name;
    entries.push_back(Config::dict(
        {{"module", "keras.layers"},
         {"class_name", "InputLayer"},
         {"config",
          Config::dict({{"batch_shape", Codec<Shape>::to_config(stack.input->full_shape())}, {"name", input_name}})},
         {"registered_name", nullptr}}));
  }
  for (const Layer& layer : stack.layers) entries.push_back(layer_to_config(layer));
  return entries;
}

layers::Stack Codec<layers::Stack>::from_config(const Config& config) {
  layers::Stack stack(std::vector<Layer>{});
  for (const Config& item : config.as_list()) {
    const Sequential::Entry entry = layer_from_config(item);
    if (entry.layer() != nullptr) stack.layers.push_back(*entry.layer());
    else stack.input = *entry.input();
  }
  return stack;
}

Config Codec<Layer>::to_config(const Layer& layer) { return layer ? layer_to_config(layer) : Config(); }

Layer Codec<Layer>::from_config(const Config& config) {
  // The cells of an RNN may come as a list.
  if (config.is_list()) return make_layer("StackedRNNCells", Config::dict({{"cells", config}}));
  if (!config.is_dict()) throw TypeError(fmt::format("expected a layer, received {}", config.repr()));
  const Sequential::Entry entry = layer_from_config(config);
  if (entry.layer() == nullptr) throw ValueError(fmt::format("expected a layer, received {}", config.repr()));
  return *entry.layer();
}

}  // namespace wavetrain
