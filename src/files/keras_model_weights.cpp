#include "files/keras_model_weights.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/naming.hpp"
#include "wavetrain/error.hpp"
#include "wavetrain/log.hpp"

namespace wavetrain::files {
namespace {

constexpr const char* kOptimizer = "optimizer/vars";

// The layers' places in the tree.
std::vector<std::string> layer_paths(const Sequential& model) {
  UniqueNames names;
  std::vector<std::string> paths;
  for (const Layer& layer : model.layers()) paths.push_back("layers/" + names.next(to_snake_case(layer.class_name())));
  return paths;
}

// The weights of a layer by the path of the group that holds them; parts of a layer in order of appearance.
using Parts = std::vector<std::pair<std::string, std::vector<Variable>>>;
Parts parts_of(const Layer& layer, const std::string& path) {
  Parts parts{{path, {}}};
  for (const Variable& variable : layer.variables()) {
    const std::string part = variable.group().empty() ? path : path + "/" + variable.group();
    auto place = std::find_if(parts.begin(), parts.end(), [&](const auto& entry) { return entry.first == part; });
    if (place == parts.end()) place = parts.insert(parts.end(), {part, {}});
    place->second.push_back(variable);
  }
  return parts;
}

// A `vars` group at `layer` and at every group from there down to `part`, as Keras makes one for every object.
void make_vars(hdf5::Group& root, const std::string& layer, const std::string& part) {
  for (std::size_t end = layer.size(); end < part.size(); end = std::min(part.find('/', end + 1), part.size())) {
    root.make_group(part.substr(0, end) + "/vars");
  }
  root.make_group(part + "/vars");
}

// A weight and the values that it is to get.
struct Assignment {
  Variable variable;
  Array values;
};

// What is wrong with the file's part for one layer, "" when nothing; appends the assignments.
std::string match_layer(const hdf5::Group& tree, const Layer& layer, const std::string& path,
                        std::vector<Assignment>& assignments) {
  for (const auto& [part, variables] : parts_of(layer, path)) {
    const std::string vars = part + "/vars";
    const hdf5::Group* group = tree.find_group(vars);
    const std::size_t count = group == nullptr ? 0 : group->datasets.size();
    if (count != variables.size()) {
      return fmt::format("Layer '{}' ({}) expected {} variables in '{}', but received {}.{}", layer.name(),
                         layer.class_name(), variables.size(), vars, count,
                         layer.built() ? "" : " The layer has not been built: the model needs an input shape.");
    }
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const hdf5::Dataset* dataset = group->find_dataset(std::to_string(i));
      const Variable& variable = variables[i];
      if (dataset == nullptr) {
        return fmt::format("Layer '{}' ({}): weight '{}' has no dataset '{}/{}'.", layer.name(), layer.class_name(),
                           variable.name(), vars, i);
      }
      if (dataset->shape != variable.shape()) {
        return fmt::format("Layer '{}' ({}): weight '{}' expected shape {}. Received: {} ('{}/{}').", layer.name(),
                           layer.class_name(), variable.name(), to_string(variable.shape()), to_string(dataset->shape),
                           vars, i);
      }
      assignments.push_back({variable, dataset->to_float32()});
    }
  }
  return "";
}

// The file's optimizer variables. Throws ValueError or FileError for what is not of the kind or shape of `expected`.
std::vector<OptimizerVariable> optimizer_variables(const hdf5::Group& stored,
                                                   const std::vector<OptimizerVariable>& expected) {
  std::vector<OptimizerVariable> variables;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const hdf5::Dataset& dataset = stored.dataset(std::to_string(i));
    OptimizerVariable variable{expected[i].name, std::int64_t{0}};
    if (std::holds_alternative<std::int64_t>(expected[i].value)) {
      // int32 or int64, by backend.
      if (dataset.shape.rank() != 0) {
        throw ValueError(fmt::format("variable '{}' has shape {} instead of ()", variable.name, to_string(dataset.shape)));
      }
      variable.value = dataset.to_int64()[0];
    } else {
      variable.value = dataset.to_float32();
    }
    variables.push_back(std::move(variable));
  }
  return variables;
}

}  // namespace

hdf5::Group weights_tree(const Sequential& model) {
  hdf5::Group root;
  root.make_group("vars").attributes["name"] = model.name();
  root.make_group("layers");
  const std::vector<std::string> paths = layer_paths(model);
  for (std::size_t l = 0; l < paths.size(); ++l) {
    const Layer& layer = model.layers()[l];
    for (const auto& [part, variables] : parts_of(layer, paths[l])) {
      make_vars(root, paths[l], part);
      for (std::size_t i = 0; i < variables.size(); ++i) {
        const bool whole = variables[i].integer() && variables[i].shape().rank() == 0;
        root.put(fmt::format("{}/vars/{}", part, i), whole ? hdf5::Data::scalar(static_cast<std::int32_t>(*variables[i].data()))
                                                           : hdf5::Data(variables[i].view()));
      }
    }
    root.make_group(paths[l] + "/vars").attributes["name"] = layer.name();
  }
  if (!model.compiled() || !model.compile_options().optimizer.built()) return root;
  const Optimizer& optimizer = model.compile_options().optimizer;
  root.make_group(kOptimizer).attributes["name"] = to_snake_case(optimizer.class_name());
  const std::vector<OptimizerVariable> variables = optimizer.variables();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const auto* whole = std::get_if<std::int64_t>(&variables[i].value);
    root.put(fmt::format("{}/{}", kOptimizer, i),
             whole != nullptr ? hdf5::Data::scalar(*whole) : hdf5::Data(std::get<Array>(variables[i].value)));
  }
  return root;
}

void read_weights(const hdf5::Group& tree, Sequential& model, bool skip_mismatch) {
  const std::vector<std::string> paths = layer_paths(model);
  std::vector<Assignment> assignments;
  std::string problems;
  for (std::size_t l = 0; l < paths.size(); ++l) {
    const std::size_t before = assignments.size();
    const std::string problem = match_layer(tree, model.layers()[l], paths[l], assignments);
    if (problem.empty()) continue;
    assignments.erase(assignments.begin() + static_cast<std::ptrdiff_t>(before), assignments.end());
    if (skip_mismatch) log(LogLevel::warning, "Skipping the weights of a layer. " + problem);
    else problems += "\n  " + problem;
  }
  if (!problems.empty()) throw ValueError("The weights do not fit the model:" + problems);
  for (Assignment& assignment : assignments) assignment.variable.assign(assignment.values.view());
}

void read_optimizer(const hdf5::Group& tree, Sequential& model) {
  const hdf5::Group* stored = tree.find_group(kOptimizer);
  if (stored == nullptr || stored->datasets.empty() || !model.compiled() || !model.built()) return;
  Optimizer& optimizer = model.built_optimizer();
  const std::string skipping = fmt::format("Skipping variable loading for optimizer '{}', because ", optimizer.class_name());
  const std::vector<OptimizerVariable> expected = optimizer.variables();
  if (expected.size() != stored->datasets.size()) {
    log(LogLevel::warning, fmt::format("{}it has {} variables whereas the saved optimizer has {} variables.", skipping,
                                       expected.size(), stored->datasets.size()));
    return;
  }
  try {
    optimizer.set_variables(optimizer_variables(*stored, expected));
  } catch (const Error& error) {
    log(LogLevel::warning, skipping + error.what());
  }
}

}  // namespace wavetrain::files
