#include "files/weights_npz.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "files/layer_parts.hpp"
#include "files/weight_assignment.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::files {
namespace {

struct NamedWeight {
  std::string name;
  Layer layer;
  Variable variable;
};

std::vector<NamedWeight> all_weights(const Sequential& model) {
  std::vector<NamedWeight> weights;
  for (const Layer& layer : model.layers()) {
    for (const auto& [name, variable] : named_weights(layer)) {
      weights.push_back({fmt::format("{}/{}", layer.name(), name), layer, variable});
    }
  }
  return weights;
}

// "cell/kernel" of "lstm_1/cell/kernel".
std::string_view within_layer(std::string_view name) { return name.substr(std::min(name.size(), name.find('/'))); }

}  // namespace

Bytes serialize_npz_weights(const Sequential& model) {
  std::vector<std::pair<std::string, DataView>> arrays;
  for (const NamedWeight& weight : all_weights(model)) arrays.emplace_back(weight.name, weight.variable.view());
  return serialize_npz(arrays);
}

void read_npz_weights(const NamedArrays& arrays, Sequential& model, bool skip_mismatch) {
  std::map<std::string, const TypedArray*> by_name;
  for (const auto& [name, array] : arrays) by_name.emplace(name, &array);
  const std::vector<NamedWeight> weights = all_weights(model);
  const bool numbered = by_name.contains("arr_0");
  const bool by_position = !numbered && !std::all_of(weights.begin(), weights.end(),
                                                     [&](const NamedWeight& w) { return by_name.contains(w.name); });
  if (arrays.size() != weights.size()) {
    throw ValueError(fmt::format("The file has {} weights, the model {}.{}", arrays.size(), weights.size(),
                                 model.built() ? "" : " The model has not been built: it needs an input shape."));
  }
  WeightAssignment assignment;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const NamedWeight& weight = weights[i];
    assignment.add_layer([&]() -> std::string {
      const std::string name = numbered ? fmt::format("arr_{}", i) : by_position ? arrays[i].first : weight.name;
      const auto found = by_name.find(name);
      if (found == by_name.end() || (by_position && within_layer(name) != within_layer(weight.name))) {
        return fmt::format("{}: the file has no '{}'{}.", described(weight.layer), numbered ? name : weight.name,
                           by_position ? fmt::format(", but '{}' in its place", name) : "");
      }
      const TypedArray& array = *found->second;
      if (array.shape != weight.variable.shape()) {
        return fmt::format("{}: weight '{}' expected shape {}. Received: {} ('{}').", described(weight.layer),
                           weight.variable.name(), to_string(weight.variable.shape()), to_string(array.shape), name);
      }
      assignment.add(weight.variable, array.to_array());
      return "";
    });
  }
  assignment.finish(skip_mismatch);
}

}  // namespace wavetrain::files
