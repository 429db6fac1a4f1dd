// Nested, a Sequential inside a Sequential, as keras.Sequential of Keras 3.15.1 used as a layer.
//
//     Sequential inner{layers::Dense{.units = 8, .activation = "relu"}, layers::Dense{.units = 4}};
//     Sequential model{layers::Nested{inner}, layers::Dense{.units = 1}};
//
// The layers are those of `inner`, not copies: both models have the same weights. Masks go through as through its
// layers. In files it is a "Sequential" with its layers below "layers".
#pragma once

#include "wavetrain/layer.hpp"
#include "wavetrain/layers/input.hpp"

namespace wavetrain {

class Sequential;

namespace layers {

// Layers one behind the other, and the input that they were declared for.
struct Stack {
  Stack(Unset) {}  // NOLINT: implicit on purpose, as the next two
  Stack(std::vector<Layer> behind_each_other) : layers(std::move(behind_each_other)) {}  // NOLINT
  Stack(const Sequential& model);                                                        // NOLINT

  std::vector<Layer> layers{};
  std::optional<Input> input{};
  std::string name{};
  friend bool operator==(const Stack& a, const Stack& b) { return a.layers == b.layers; }
};

struct Nested {
  Stack inner;
  OptionalShape build_input_shape{};  // in files: the batch first

  // Common to all layers.
  std::string name{};  // else the inner model's
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  std::vector<Sublayer> sublayers();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace layers

template <>
struct Codec<layers::Stack> {
  static std::string type() { return "list of Layer"; }
  static Config to_config(const layers::Stack& stack);
  static layers::Stack from_config(const Config& config);
};

}  // namespace wavetrain
