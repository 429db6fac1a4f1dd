#include "files/legacy_h5.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "files/cudnn_weights.hpp"
#include "files/layer_parts.hpp"
#include "files/weight_assignment.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/files/json.hpp"

namespace wavetrain::files {
namespace {

constexpr const char* kModelWeights = "model_weights";
constexpr const char* kOptimizerWeights = "optimizer_weights";
constexpr const char* kTopLevel = "top_level_model_weights";

// The version whose layout is written, and the only backend whose numbers of gates and order of axes it has.
constexpr const char* kWrittenVersion = "3.15.1";
constexpr const char* kBackend = "tensorflow";

struct StoredLayer {
  std::string name;
  std::vector<const hdf5::Dataset*> weights;
};

std::vector<std::string> names_in(const hdf5::Attributes& attributes, const char* name, const std::string& where) {
  std::vector<std::string> names;
  if (!get_split_attribute(attributes, name, names)) {
    throw FileError(fmt::format("The HDF5 group '{}' has no attribute '{}'.", where, name));
  }
  return names;
}

// The layers of the file that have weights, in its order.
std::vector<StoredLayer> stored_layers(const hdf5::Group& tree) {
  const hdf5::Group* inner = tree.find_group(kModelWeights);
  const hdf5::Group& group = inner == nullptr ? tree : *inner;
  std::vector<StoredLayer> layers;
  for (const std::string& name : names_in(group.attributes, "layer_names", inner == nullptr ? "/" : kModelWeights)) {
    const hdf5::Group& layer = group.group(name);
    StoredLayer stored{name, {}};
    for (const std::string& weight : names_in(layer.attributes, "weight_names", name)) {
      stored.weights.push_back(&layer.dataset(weight));
    }
    if (!stored.weights.empty()) layers.push_back(std::move(stored));
  }
  return layers;
}

std::string match_layer(const StoredLayer& stored, const Layer& layer, WeightAssignment& weights) {
  std::vector<Variable> expected;
  for (const auto& [name, variable] : in_legacy_order(layer)) expected.push_back(variable);
  if (expected.size() != stored.weights.size()) {
    return fmt::format("{} expects {} weights; '{}' in the file has {}.", described(layer), expected.size(),
                       stored.name, stored.weights.size());
  }
  std::vector<Array> values;
  for (const hdf5::Dataset* dataset : stored.weights) values.push_back(dataset->to_float32());
  convert_cudnn_weights(expected, values);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (values[i].shape() != expected[i].shape()) {
      return fmt::format("{}: weight '{}' expected shape {}. Received: {} (weight {} of '{}').", described(layer),
                         expected[i].name(), to_string(expected[i].shape()), to_string(values[i].shape()), i,
                         stored.name);
    }
    weights.add(expected[i], std::move(values[i]));
  }
  return "";
}

void put_weights(const Sequential& model, hdf5::Group& group) {
  std::vector<std::string> layer_names;
  for (const Layer& layer : model.layers()) {
    layer_names.push_back(layer.name());
    hdf5::Group& place = group.make_group(layer.name());
    std::vector<std::string> weight_names;
    for (const auto& [name, variable] : in_legacy_order(layer)) {
      std::string path = fmt::format("{}/{}:0", layer.name(), name);
      place.put(path, hdf5::Data(variable.view()));
      weight_names.push_back(std::move(path));
    }
    set_split_attribute(place.attributes, "weight_names", weight_names);
  }
  set_split_attribute(group.attributes, "layer_names", layer_names);
  group.attributes["backend"] = kBackend;
  group.attributes["keras_version"] = kWrittenVersion;
  set_split_attribute(group.make_group(kTopLevel).attributes, "weight_names", {});
}

}  // namespace

hdf5::Group legacy_weights(const Sequential& model) {
  hdf5::Group root;
  put_weights(model, root);
  return root;
}

hdf5::Group legacy_model(const Sequential& model, const Config& config, const Config* training_config) {
  hdf5::Group root;
  root.attributes["keras_version"] = kWrittenVersion;
  root.attributes["backend"] = kBackend;
  root.attributes["model_config"] = files::to_json(config);
  if (training_config != nullptr) root.attributes["training_config"] = files::to_json(*training_config);
  put_weights(model, root.make_group(kModelWeights));
  if (!model.compiled() || !model.compile_options().optimizer.built()) return root;
  const Optimizer& optimizer = model.compile_options().optimizer;
  hdf5::Group& group = root.make_group(kOptimizerWeights);
  std::vector<std::string> names;
  const std::vector<OptimizerVariable> variables = optimizer.variables();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    // Weights of different layers may have equal names.
    std::string name = fmt::format("{}/{}_{}", to_snake_case(optimizer.class_name()), i, variables[i].name);
    group.put(name, stored_variable(variables[i]));
    names.push_back(std::move(name));
  }
  set_split_attribute(group.attributes, "weight_names", names);
  return root;
}

bool is_legacy_model(const hdf5::Group& tree) { return tree.attributes.contains("model_config"); }

bool is_legacy_weights(const hdf5::Group& tree) {
  const hdf5::Group* inner = tree.find_group(kModelWeights);
  std::vector<std::string> names;
  return get_split_attribute((inner == nullptr ? tree : *inner).attributes, "layer_names", names);
}

Config legacy_attribute(const hdf5::Group& tree, const char* name) {
  const auto found = tree.attributes.find(name);
  if (found == tree.attributes.end()) return {};
  try {
    return parse_json(found->second.text());
  } catch (const FileError& error) {
    throw FileError(fmt::format("The HDF5 attribute '{}': {}", name, error.what()));
  }
}

KerasVersion legacy_version(const hdf5::Group& tree) {
  const hdf5::Group* inner = tree.find_group(kModelWeights);
  for (const hdf5::Group* group : {&tree, inner}) {
    if (group == nullptr) continue;
    const auto found = group->attributes.find("keras_version");
    if (found != group->attributes.end()) return parse_keras_version(found->second.text());
  }
  return parse_keras_version("");
}

void read_legacy_weights(const hdf5::Group& tree, Sequential& model, bool by_name, bool skip_mismatch) {
  const std::vector<StoredLayer> stored = stored_layers(tree);
  WeightAssignment weights;
  if (by_name) {
    for (const StoredLayer& entry : stored) {
      const auto& layers = model.layers();
      const auto layer =
          std::find_if(layers.begin(), layers.end(), [&](const Layer& l) { return l.name() == entry.name; });
      if (layer != layers.end()) weights.add_layer([&] { return match_layer(entry, *layer, weights); });
    }
    return weights.finish(skip_mismatch);
  }
  std::vector<Layer> layers;
  for (const Layer& layer : model.layers()) {
    if (!layer.variables().empty()) layers.push_back(layer);
  }
  if (layers.size() != stored.size()) {
    throw ValueError(fmt::format(
        "Layer count mismatch when loading weights from file. Model expected {} layers, found {} saved layers.{}",
        layers.size(), stored.size(), model.built() ? "" : " The model has not been built: it needs an input shape."));
  }
  for (std::size_t i = 0; i < layers.size(); ++i) {
    weights.add_layer([&] { return match_layer(stored[i], layers[i], weights); });
  }
  weights.finish(skip_mismatch);
}

std::vector<StoredVariable> legacy_optimizer(const hdf5::Group& tree) {
  std::vector<StoredVariable> stored;
  const hdf5::Group* group = tree.find_group(kOptimizerWeights);
  if (group == nullptr) return stored;
  for (const std::string& name : names_in(group->attributes, "weight_names", kOptimizerWeights)) {
    stored.push_back({name, &group->dataset(name)});
  }
  return stored;
}

}  // namespace wavetrain::files
