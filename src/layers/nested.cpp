#include "wavetrain/layers/nested.hpp"

#include <fmt/format.h>

#include "core/naming.hpp"

namespace wavetrain::layers {

const Description& Nested::description() {
  static const Description instance = Describe<Nested>("Sequential", "keras")
                                          .field("layers", &Nested::inner)
                                          .field("build_input_shape", &Nested::build_input_shape)
                                          .layer_fields();
  return instance;
}

std::vector<Sublayer> Nested::sublayers() {
  if (inner.layers.empty()) throw ValueError("A Sequential inside a model needs at least one layer.");
  if (name.empty()) name = inner.name;
  if (!inner.input && build_input_shape.has_value()) inner.input = Input{.batch_shape = build_input_shape.value()};
  if (!input_shape.has_value()) {
    if (inner.input) input_shape = inner.input->full_shape().without_first();
    else input_shape = inner.layers.front().declared_input_shape();
  }
  std::vector<Sublayer> parts;
  UniqueNames places;
  for (const Layer& layer : inner.layers) {
    for (const Sublayer& other : parts) {
      if (other.layer.name() != layer.name()) continue;
      throw ValueError(
          fmt::format("All layers added to a Sequential model should have unique names. Name '{}' is already the "
                      "name of a layer in this model. Update the `name` argument to pass a unique name.",
                      layer.name()));
    }
    parts.push_back({"layers/" + places.next(to_snake_case(layer.class_name())), layer});
  }
  return parts;
}

Tensor Nested::lower(Lowering& graph, Tensor x) const {
  (void)graph.mask(x);  // a layer inside that drops it says so
  for (std::size_t i = 0; i < inner.layers.size(); ++i) x = graph.sublayer(i).lower(graph, x);
  return x;
}

}  // namespace wavetrain::layers
