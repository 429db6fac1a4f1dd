#include "wavetrain/layer.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "core/suggest.hpp"
#include "layers/layer_state.hpp"
#include "layers/refused.hpp"
#include "layers/registry.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

std::mutex names_mutex;
UniqueNames& names() {
  static UniqueNames instance;
  return instance;
}

std::map<std::string, detail::LayerClass>& layer_classes() {
  static std::map<std::string, detail::LayerClass> classes;
  return classes;
}

// The built-in list is registered on first use, so that no static initialiser can be lost by a linker.
std::map<std::string, detail::LayerClass>& known_layer_classes() {
  static const bool registered = (register_builtin_layers(), true);
  (void)registered;
  return layer_classes();
}

}  // namespace

std::string automatic_name(const std::string& class_name) {
  const std::lock_guard lock(names_mutex);
  return names().next(to_snake_case(class_name));
}

void clear_session() {
  const std::lock_guard lock(names_mutex);
  names() = UniqueNames();
}

DType::DType(std::string name) : name_(std::move(name)) {
  if (name_ == "float32") return;
  if (name_ == "float64" || name_ == "mixed_float16" || name_ == "mixed_bfloat16" || name_ == "float16" ||
      name_ == "bfloat16") {
    log(LogLevel::warning, fmt::format("dtype policy '{}' is computed in float32", name_));
    return;
  }
  throw ValueError(fmt::format("unknown dtype policy '{}'; expected 'float32'", name_));
}

DType Codec<DType>::from_config(const Config& config) {
  if (config.is_null()) return {};
  if (config.is_string()) return DType(config.as_string());
  return DType(config.at("config").at("name").as_string());
}

Layer::Layer(std::unique_ptr<Definition> definition) : state_(std::make_shared<State>()) {
  definition->description().validate(definition->object());
  state_->sublayers = definition->sublayers();
  if (definition->name().empty()) definition->name() = automatic_name(definition->description().class_name);
  if (definition->name().find('/') != std::string::npos) {
    throw ValueError(fmt::format("Argument `name` of {} cannot contain character `/`. Received: name='{}'",
                                 definition->description().class_name, definition->name()));
  }
  state_->definition = std::move(definition);
  if (trainable()) return;
  if (class_name() == "ConvLSTM1D") {
    state_->cell_trains = true;
    log(LogLevel::warning,
        fmt::format("ConvLSTM1D '{}' was made with trainable=False, which leaves its weights trainable, as in "
                    "Keras. Freeze it afterwards with set_trainable(false).",
                    name()));
  }
  for (const Sublayer& part : state_->sublayers) {
    if (!part.layer.trainable()) continue;
    log(LogLevel::warning, fmt::format("{} '{}' was made with trainable=False, which leaves the layers in it "
                                       "trainable, as in Keras. Give it to those "
                                       "layers, or freeze it afterwards with set_trainable(false).",
                                       class_name(), name()));
    break;
  }
}

const std::string& Layer::name() const { return state_->definition->name(); }
const Description& Layer::description() const { return state_->definition->description(); }

Config Layer::config(bool full) const { return description().write(state_->definition->object(), full); }

bool Layer::trainable() const { return state_->definition->trainable(); }
void Layer::set_trainable(bool trainable) {
  state_->definition->trainable() = trainable;
  state_->cell_trains = false;
  for (Sublayer& part : state_->sublayers) part.layer.set_trainable(trainable);
}
const std::vector<Sublayer>& Layer::sublayers() const { return state_->sublayers; }
bool Layer::built() const { return state_->output_shape.rank() > 0; }
const std::vector<Variable>& Layer::variables() const {
  return state_->sublayers.empty() ? state_->variables : state_->all_variables;
}
const std::vector<Variable>& Layer::own_variables() const { return state_->variables; }

std::vector<Variable> Layer::trainable_variables() const {
  std::vector<Variable> trained;
  const auto add = [&trained](const Variable& variable) {
    if (std::find(trained.begin(), trained.end(), variable) == trained.end()) trained.push_back(variable);
  };
  for (const Variable& variable : own_variables()) {
    if (state_->trains() && variable.trainable()) add(variable);
  }
  for (const Sublayer& part : sublayers()) {
    for (const Variable& variable : part.layer.trainable_variables()) add(variable);
  }
  return trained;
}

void Layer::reset_state() {
  for (Variable& state : state_->states) std::fill_n(state.data(), state.size(), 0.0f);
  for (Sublayer& part : state_->sublayers) part.layer.reset_state();
}
const Shape& Layer::input_shape() const { return state_->input_shape; }
const Shape& Layer::output_shape() const { return state_->output_shape; }
const OptionalShape& Layer::declared_input_shape() const { return state_->definition->input_shape(); }

std::vector<Array> Layer::get_weights() const {
  std::vector<Array> weights;
  for (const Variable& variable : variables()) weights.push_back(variable.value());
  return weights;
}

void Layer::set_weights(const std::vector<Array>& weights) {
  if (weights.size() != variables().size()) {
    throw ValueError(
        fmt::format("You called `set_weights(weights)` on layer '{}' with a weight list of length {}, but the "
                    "layer was expecting {} weights.",
                    name(), weights.size(), variables().size()));
  }
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i].shape() != variables()[i].shape()) {
      throw ValueError(fmt::format("Layer '{}' weight shape {} is not compatible with provided weight shape {}.",
                                   name(), to_string(variables()[i].shape()), to_string(weights[i].shape())));
    }
  }
  for (std::size_t i = 0; i < weights.size(); ++i) Variable(variables()[i]).assign(weights[i]);
}

void Layer::adapt(const DataView& data) {
  if (!state_->definition->adapt(data, built())) {
    throw NotSupported(fmt::format("{} (layer '{}') has nothing to adapt to data", class_name(), name()));
  }
  for (const Variable& variable : variables()) {
    if (const Array* found = state_->definition->adapted(variable.name())) Variable(variable).assign(*found);
  }
}

const void* Layer::object(const std::type_info& type) const {
  return state_->definition->type() == type ? state_->definition->object() : nullptr;
}

Index Layer::count_params() const {
  Index count = 0;
  for (const Variable& variable : variables()) count += variable.size();
  return count;
}

namespace detail {

void register_layer_class(const LayerClass& layer_class) {
  const auto [entry, added] = layer_classes().emplace(layer_class.description->class_name, layer_class);
  if (!added && entry->second.description != layer_class.description) {
    throw ValueError(fmt::format("a layer class named {} is registered already", layer_class.description->class_name));
  }
}

}  // namespace detail

Layer make_layer(const std::string& class_name, const Config& arguments) {
  const auto& classes = known_layer_classes();
  const auto entry = classes.find(class_name);
  if (entry == classes.end()) {
    if (const std::string reason = why_refused(class_name); !reason.empty()) throw NotSupported(reason);
    throw ValueError(
        fmt::format("Unknown layer: '{}'.{} A layer of your own has to be registered first: register_layer<T>().",
                    class_name, did_you_mean(class_name, layer_class_names())));
  }
  return entry->second.make(arguments);
}

std::vector<std::string> layer_class_names() {
  std::vector<std::string> names;
  for (const auto& [name, layer_class] : known_layer_classes()) names.push_back(name);
  return names;
}

const Description* find_layer_class(const std::string& class_name) {
  const auto& classes = known_layer_classes();
  const auto entry = classes.find(class_name);
  return entry == classes.end() ? nullptr : entry->second.description;
}

}  // namespace wavetrain
