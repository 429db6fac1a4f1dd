#include "files/layer_parts.hpp"

#include <algorithm>

namespace wavetrain::files {
namespace {

std::string place_of(const std::string& path, const std::string& name) {
  return path.empty() ? name : name.empty() ? path : path + "/" + name;
}

// Templates, as layers need not know of layers inside them.
template <class L>
const std::vector<Variable>& own_variables(const L& layer) {
  if constexpr (requires { layer.own_variables(); }) return layer.own_variables();
  else return layer.variables();
}

template <class L>
void add_parts(const L& layer, const std::string& path, std::vector<LayerPart>& parts) {
  const std::size_t first = parts.size();
  parts.push_back({path, layer.name(), {}});
  for (const Variable& variable : own_variables(layer)) {
    const std::string place = place_of(path, variable.group());
    auto part = std::find_if(parts.begin() + static_cast<std::ptrdiff_t>(first), parts.end(),
                             [&](const LayerPart& p) { return p.path == place; });
    if (part == parts.end()) part = parts.insert(parts.end(), {place, "", {}});
    part->weights.push_back(variable);
  }
  if constexpr (requires { layer.sublayers(); }) {
    for (const auto& inner : layer.sublayers()) add_parts(inner.layer, place_of(path, inner.path), parts);
  }
}

template <class L>
std::vector<Variable> trained_variables(const L& layer) {
  std::vector<Variable> trained;
  if constexpr (requires { layer.trainable_variables(); }) {
    trained = layer.trainable_variables();
  } else {
    for (const Variable& variable : layer.variables()) {
      if (layer.trainable() && variable.trainable()) trained.push_back(variable);
    }
  }
  return trained;
}

}  // namespace

std::vector<LayerPart> parts_of(const Layer& layer) {
  std::vector<LayerPart> parts;
  add_parts(layer, "", parts);
  return parts;
}

NamedWeights named_weights(const Layer& layer) {
  NamedWeights weights;
  for (const LayerPart& part : parts_of(layer)) {
    for (const Variable& variable : part.weights) weights.emplace_back(place_of(part.path, variable.name()), variable);
  }
  return weights;
}

std::size_t count_trained(const Layer& layer) { return trained_variables(layer).size(); }

NamedWeights in_legacy_order(const Layer& layer) {
  NamedWeights weights = named_weights(layer);
  if (!layer.trainable()) return weights;
  const std::vector<Variable> trained = trained_variables(layer);
  std::stable_partition(weights.begin(), weights.end(), [&](const auto& weight) {
    return std::find(trained.begin(), trained.end(), weight.second) != trained.end();
  });
  return weights;
}

}  // namespace wavetrain::files
