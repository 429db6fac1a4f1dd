#include "wavetrain/sequential.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "core/suggest.hpp"
#include "graph/ops/several_outputs.hpp"
#include "training/keras_config.hpp"
#include "training/model_state.hpp"
#include "training/trainer.hpp"
#include "wavetrain/layers/nested.hpp"

namespace wavetrain {

Sequential::Sequential(std::initializer_list<Entry> entries, std::string name)
    : Sequential(std::vector<Entry>(entries), std::move(name)) {}

Sequential::Sequential(const std::vector<Entry>& entries, std::string name) : state_(std::make_unique<State>()) {
  state_->name = name.empty() ? automatic_name("Sequential") : std::move(name);
  for (const Entry& entry : entries) state_->append(entry);
  state_->lower_if_possible();
}

Sequential::Sequential(Sequential&& other) noexcept = default;
Sequential& Sequential::operator=(Sequential&& other) noexcept = default;
Sequential::~Sequential() = default;

// --- Structure -------------------------------------------------------------------------------------------------------

void Sequential::State::append(const Entry& entry) {
  if (const layers::Input* given = entry.input()) {
    if (!layers.empty() || input) {
      throw ValueError(
          fmt::format("Sequential model '{}' has already been configured to use input shape {}. You cannot add "
                      "a different Input layer to it.",
                      name, to_string(input_shape)));
    }
    input_shape = given->full_shape();
    input = *given;
    return;
  }
  const Layer& layer = *entry.layer();
  for (const Layer& other : layers) {
    if (other.name() == layer.name()) {
      throw ValueError(
          fmt::format("All layers added to a Sequential model should have unique names. Name '{}' is already the "
                      "name of a layer in this model. Update the `name` argument to pass a unique name.",
                      layer.name()));
    }
  }
  if (layers.empty() && input_shape.rank() == 0 && layer.declared_input_shape().has_value()) {
    input_shape = layer.declared_input_shape().value().with_first(kNone);
  }
  layers.push_back(layer);
}

void Sequential::State::lower_if_possible() {
  if (input_shape.rank() > 0 && !layers.empty()) lower(input_shape);
}

void Sequential::add(const Entry& entry) {
  State& s = *state_;
  const Shape previous = s.input_shape;
  const std::size_t count = s.layers.size();
  s.append(entry);
  if (s.layers.size() == count) return;  // an Input
  try {
    s.lower_if_possible();
  } catch (...) {
    s.layers.pop_back();
    s.input_shape = previous;
    throw;
  }
}

Layer Sequential::pop() {
  State& s = *state_;
  if (s.layers.empty()) throw IndexError(fmt::format("There are no layers in the model '{}'.", s.name));
  const Layer layer = s.layers.back();
  s.layers.pop_back();
  if (s.layers.empty() && !s.input) s.input_shape = Shape{};
  s.graph = nullptr;
  s.output_shape = Shape{};
  s.several_outputs = false;
  s.lower_if_possible();
  return layer;
}

void Sequential::build(const Shape& input_shape) {
  State& s = *state_;
  if (s.layers.empty()) {
    throw ValueError(fmt::format(
        "Sequential model '{}' cannot be built because it has no layers. Call `model.add(layer)`.", s.name));
  }
  if (s.graph != nullptr) {
    if (s.input_shape != input_shape) {
      throw ValueError(
          fmt::format("Sequential model '{}' has already been configured to use input shape {}. You cannot build "
                      "it with input_shape {}",
                      s.name, to_string(s.input_shape), to_string(input_shape)));
    }
    return;
  }
  s.lower(input_shape);
  s.input_shape = input_shape;
}

bool Sequential::built() const { return state_->graph != nullptr; }
const std::string& Sequential::name() const { return state_->name; }
const std::vector<Layer>& Sequential::layers() const { return state_->layers; }
const Shape& Sequential::input_shape() const { return state_->input_shape; }
const Shape& Sequential::output_shape() const { return state_->output_shape; }

Layer Sequential::get_layer(const std::string& name) const {
  std::vector<std::string> names;
  for (const Layer& layer : layers()) {
    if (layer.name() == name) return layer;
    names.push_back(layer.name());
  }
  throw ValueError(fmt::format("No such layer: {}. Existing layers are: {}.{}", name, fmt::join(names, ", "),
                               did_you_mean(name, names)));
}

Layer Sequential::get_layer(Index index) const {
  const auto count = static_cast<Index>(layers().size());
  const Index position = index < 0 ? index + count : index;
  if (position < 0 || position >= count) {
    throw ValueError(
        fmt::format("Was asked to retrieve layer at index {} but model only has {} layers.", index, count));
  }
  return layers()[static_cast<std::size_t>(position)];
}

void Sequential::set_trainable(bool trainable) {
  for (Layer layer : layers()) layer.set_trainable(trainable);
}

void Sequential::reset_states() {
  for (Layer layer : layers()) layer.reset_state();
}

namespace {

std::shared_ptr<Graph> lower_layers(const std::vector<Layer>& layers, const Shape& shape, bool with_mask) {
  auto graph = std::make_shared<Graph>();
  Lowering lowering(*graph);
  Tensor x{graph->add_input(shape), kNoValue};
  if (with_mask) x.mask = graph->add_input_mask({shape[0], shape[1]});
  for (const Layer& layer : layers) x = layer.lower(lowering, x);
  graph->set_output(x.value);
  graph->set_output_mask(x.mask);
  return graph;
}

}  // namespace

std::shared_ptr<const Graph> Sequential::State::graph_for(bool with_mask) const {
  if (!with_mask) return graph;
  const std::lock_guard lock(masked_mutex);
  // The weights are declared in the same order, so that they lie in the same places.
  if (masked == nullptr) masked = lower_layers(layers, graph->value(graph->input()).shape, true);
  return masked;
}

void Sequential::State::lower(const Shape& shape) {
  std::shared_ptr<Graph> lowered = lower_layers(layers, shape, false);

  const auto move_into = [&](std::shared_ptr<AlignedVector<float>>& segment, bool trained_ones) {
    const cpu::FlatLayout layout = cpu::flat_layout(*lowered, trained_ones);
    const auto size = static_cast<std::size_t>(layout.floats);
    const auto lies_there = [&](const cpu::FlatLayout::Block& block) {
      return lowered->value(block.value).variable.data() == segment->data() + block.offset;
    };
    if (segment != nullptr && segment->size() == size && std::ranges::all_of(layout.blocks, lies_there)) return;
    auto next = std::make_shared<AlignedVector<float>>(size);
    for (const cpu::FlatLayout::Block& block : layout.blocks) {
      Variable variable = lowered->value(block.value).variable;
      variable.bind(next, block.offset);
    }
    segment = std::move(next);
  };
  move_into(trained, true);
  move_into(untrained, false);
  const std::vector<Shape> outputs = ops::outputs_of(*lowered, lowered->output());
  several_outputs = outputs.size() > 1;
  output_shape = outputs.empty() ? lowered->value(lowered->output()).shape : outputs.front();
  graph = std::move(lowered);
  masked = nullptr;
  predictors.clear();
  masked_predictors.clear();
  if (trainer != nullptr) trainer->forget_plans();
}

std::uint64_t Sequential::State::weights_version() const { return updates + Variable::assignments(); }

layers::Stack::Stack(const Sequential& model) : layers(model.layers()), name(model.name()) {
  const Shape& shape = model.input_shape();
  if (shape.rank() > 0) input = layers::Input{.batch_shape = shape};
}

// --- Weights ---------------------------------------------------------------------------------------------------------

std::vector<Variable> Sequential::variables() const {
  std::vector<Variable> all;
  for (const Layer& layer : layers()) all.insert(all.end(), layer.variables().begin(), layer.variables().end());
  return all;
}

std::vector<Array> Sequential::get_weights() const {
  std::vector<Array> weights;
  for (const Variable& variable : variables()) weights.push_back(variable.value());
  return weights;
}

void Sequential::set_weights(const std::vector<Array>& weights) {
  const std::vector<Variable> all = variables();
  if (weights.size() != all.size()) {
    throw ValueError(
        fmt::format("You called `set_weights(weights)` on model '{}' with a weight list of length {}, but the "
                    "model was expecting {} weights.",
                    name(), weights.size(), all.size()));
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (weights[i].shape() != all[i].shape()) {
      throw ValueError(fmt::format("Weight {} ('{}') of model '{}' has shape {}. Received: {}", i, all[i].name(),
                                   name(), to_string(all[i].shape()), to_string(weights[i].shape())));
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) Variable(all[i]).assign(weights[i]);
}

Index Sequential::count_params() const {
  Index count = 0;
  for (const Layer& layer : layers()) count += layer.count_params();
  return count;
}

// --- Settings --------------------------------------------------------------------------------------------------------

Config Sequential::config() const {
  const State& s = *state_;
  Config::List entries;
  const auto entry = [](const char* class_name, Config config) {
    return Config::dict({{"module", "keras.layers"},
                         {"class_name", class_name},
                         {"config", std::move(config)},
                         {"registered_name", nullptr}});
  };
  if (s.input_shape.rank() > 0) {
    const std::string input_name = s.input && !s.input->name.empty() ? s.input->name : "input_layer";
    entries.push_back(entry(
        "InputLayer", Config::dict({{"batch_shape", Codec<Shape>::to_config(s.input_shape)}, {"name", input_name}})));
  }
  for (const Layer& layer : s.layers) entries.push_back(layer_to_config(layer));
  Config result = Config::dict({{"name", s.name}, {"layers", portable_config(entries)}});
  if (s.input_shape.rank() > 0) result.set("build_input_shape", Codec<Shape>::to_config(s.input_shape));
  return result;
}

Sequential Sequential::from_config(const Config& config) {
  Sequential model(std::vector<Entry>{}, config.find("name") != nullptr ? config.at("name").as_string() : "");
  for (const Config& entry : config.at("layers").as_list()) model.state_->append(layer_from_config(entry));
  model.state_->lower_if_possible();
  if (const Config* shape = config.find("build_input_shape"); shape != nullptr && !shape->is_null() && !model.built()) {
    model.build(Codec<Shape>::from_config(*shape));
  }
  return model;
}

}  // namespace wavetrain
