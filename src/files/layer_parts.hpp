// The parts of a layer that have a place of their own in files: the layer itself, parts such as the cell of an LSTM, and layers
// inside it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "wavetrain/layer.hpp"

namespace wavetrain::files {

struct LayerPart {
  std::string path;  // below the layer: "", "cell", "forward_layer/cell", "layers/dense_1"
  std::string name;  // of the layer that this is, or ""
  std::vector<Variable> weights;
};

// The layer comes first; each part in front of those inside it. Parts without weights are there too.
std::vector<LayerPart> parts_of(const Layer& layer);

// The weights with their names below the layer ("cell/kernel"), part by part.
using NamedWeights = std::vector<std::pair<std::string, Variable>>;
NamedWeights named_weights(const Layer& layer);

// How many of them training changes.
std::size_t count_trained(const Layer& layer);

// In the order of `layer.weights` in Keras' old files: trainable ones first; those of a frozen layer stay as they are.
NamedWeights in_legacy_order(const Layer& layer);

}  // namespace wavetrain::files
