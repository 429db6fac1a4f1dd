#include "files/keras_model_weights.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "files/layer_parts.hpp"
#include "files/weight_assignment.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

constexpr const char* kOptimizer = "optimizer/vars";
constexpr const char* kOldContainer = "_layer_checkpoint_dependencies";

// The layers' places in the tree.
std::vector<std::string> layer_paths(const Sequential& model) {
  UniqueNames names;
  std::vector<std::string> paths;
  for (const Layer& layer : model.layers()) paths.push_back("layers/" + names.next(to_snake_case(layer.class_name())));
  return paths;
}

std::string joined(const std::string& layer, const std::string& part) {
  return part.empty() ? layer : layer + "/" + part;
}

// "conv1d_2" is number 2 of "conv1d", "conv1d" its number 0.
std::pair<std::string, int> numbered(const std::string& name) {
  const std::size_t line = name.rfind('_');
  int number = 0;
  if (line == std::string::npos || line + 1 == name.size()) return {name, 0};
  const auto end = std::from_chars(name.data() + line + 1, name.data() + name.size(), number);
  if (end.ec != std::errc() || end.ptr != name.data() + name.size()) return {name, 0};
  return {name.substr(0, line), number};
}

// The member of a list that Keras 3 calls `name`, where the numbers have gaps.
const hdf5::Group* member_in_order(const hdf5::Group& list, const std::string& name) {
  const auto [wanted, position] = numbered(name);
  std::vector<std::pair<int, const hdf5::Group*>> members;
  for (const auto& [key, member] : list.groups) {
    const auto [base, number] = numbered(key);
    if (base == wanted) members.emplace_back(number, &member);
  }
  std::sort(members.begin(), members.end());
  return position < static_cast<int>(members.size()) ? members[static_cast<std::size_t>(position)].second : nullptr;
}

// The group at `path`, as Keras 3 names it, in a tree of any version; null when there is none.
const hdf5::Group* find_part(const hdf5::Group& root, std::string_view path) {
  const hdf5::Group* group = &root;
  bool old_list = false;
  while (!path.empty()) {
    const std::string name(path.substr(0, path.find('/')));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    const hdf5::Group* next = old_list ? member_in_order(*group, name) : group->find_group(name);
    old_list = next == nullptr && name == "layers" && (next = group->find_group(kOldContainer)) != nullptr;
    if (next == nullptr) {
      // A functional model inside another one; here it is a Sequential.
      const auto [base, number] = numbered(name);
      if (base == "sequential")
        next = group->find_group(number == 0 ? "functional" : fmt::format("functional_{}", number));
    }
    if (next == nullptr) return nullptr;
    group = next;
  }
  return group;
}

// What is wrong with the file's part for one layer, "" when nothing.
std::string match_layer(const hdf5::Group& tree, const Layer& layer, const std::string& path,
                        WeightAssignment& weights) {
  for (const LayerPart& part : parts_of(layer)) {
    const std::string vars = joined(path, part.path) + "/vars";
    const hdf5::Group* place = find_part(tree, joined(path, part.path));
    const hdf5::Group* group = place == nullptr ? nullptr : place->find_group("vars");
    const std::size_t count = group == nullptr ? 0 : group->datasets.size();
    if (count != part.weights.size()) {
      return fmt::format("{} expected {} variables in '{}', but received {}.{}", described(layer), part.weights.size(),
                         vars, count,
                         layer.built() ? "" : " The layer has not been built: the model needs an input shape.");
    }
    for (std::size_t i = 0; i < count; ++i) {
      const hdf5::Dataset* dataset = group->find_dataset(std::to_string(i));
      const Variable& variable = part.weights[i];
      if (dataset == nullptr) {
        return fmt::format("{}: weight '{}' has no dataset '{}/{}'.", described(layer), variable.name(), vars, i);
      }
      if (dataset->shape != variable.shape()) {
        return fmt::format("{}: weight '{}' expected shape {}. Received: {} ('{}/{}').", described(layer),
                           variable.name(), to_string(variable.shape()), to_string(dataset->shape), vars, i);
      }
      weights.add(variable, dataset->to_float32());
    }
  }
  return "";
}

// Whole numbers as such.
hdf5::Data data_of(const Variable& variable) {
  if (!variable.integer() || variable.shape().rank() != 0) return {variable.view()};
  return hdf5::Data::scalar(static_cast<std::int32_t>(*variable.data()));
}

}  // namespace

hdf5::Group weights_tree(const Sequential& model) {
  hdf5::Group root;
  root.make_group("vars").attributes["name"] = model.name();
  root.make_group("layers");
  const std::vector<std::string> paths = layer_paths(model);
  for (std::size_t l = 0; l < paths.size(); ++l) {
    const Layer& layer = model.layers()[l];
    for (const LayerPart& part : parts_of(layer)) {
      hdf5::Group& vars = root.make_group(joined(paths[l], part.path) + "/vars");
      if (!part.name.empty()) vars.attributes["name"] = part.name;
      for (std::size_t i = 0; i < part.weights.size(); ++i) vars.put(std::to_string(i), data_of(part.weights[i]));
    }
  }
  if (!model.compiled() || !model.compile_options().optimizer.built()) return root;
  const Optimizer& optimizer = model.compile_options().optimizer;
  hdf5::Group& vars = root.make_group(kOptimizer);
  vars.attributes["name"] = to_snake_case(optimizer.class_name());
  const std::vector<OptimizerVariable> variables = optimizer.variables();
  for (std::size_t i = 0; i < variables.size(); ++i) vars.put(std::to_string(i), stored_variable(variables[i]));
  return root;
}

bool is_weights_tree(const hdf5::Group& tree) {
  return tree.find_group("layers") != nullptr || tree.find_group(kOldContainer) != nullptr;
}

void read_weights(const hdf5::Group& tree, Sequential& model, bool skip_mismatch) {
  const std::vector<std::string> paths = layer_paths(model);
  WeightAssignment weights;
  for (std::size_t l = 0; l < paths.size(); ++l) {
    weights.add_layer([&] { return match_layer(tree, model.layers()[l], paths[l], weights); });
  }
  weights.finish(skip_mismatch);
}

std::vector<StoredVariable> stored_optimizer(const hdf5::Group& tree) {
  std::vector<StoredVariable> stored;
  const hdf5::Group* vars = tree.find_group(kOptimizer);
  if (vars == nullptr) return stored;
  for (std::size_t i = 0; i < vars->datasets.size(); ++i) {
    const hdf5::Dataset* dataset = vars->find_dataset(std::to_string(i));
    if (dataset == nullptr) break;
    stored.push_back({"", dataset});
  }
  return stored;
}

}  // namespace wavetrain::files
