#include "wavetrain/layers/bidirectional.hpp"

#include <fmt/format.h>

#include "graph/ops/join.hpp"

namespace wavetrain::layers {
namespace {

bool flag(const Layer& layer, const char* name) {
  const Config config = layer.config();
  const Config* value = config.find(name);
  if (value == nullptr) {
    throw ValueError(fmt::format("Bidirectional needs a recurrent layer, which has the argument `{}`. Received: {}",
                                 name, layer.class_name()));
  }
  return value->as_bool();
}

std::string with_prefix(const std::string& prefix, const std::string& name) {
  return name.starts_with(prefix) ? name : prefix + name;
}

Layer copy(const Layer& layer, const std::string& name, std::optional<bool> go_backwards) {
  Config config = layer.config();
  config.set("name", name);
  if (go_backwards) config.set("go_backwards", *go_backwards);
  config.set("zero_output_for_mask", flag(layer, "return_sequences"));
  return make_layer(layer.class_name(), config);
}

}  // namespace

const Description& Bidirectional::description() {
  static const Description instance =
      Describe<Bidirectional>("Bidirectional", "keras.layers")
          .field("layer", &Bidirectional::layer)
          .field("merge_mode", &Bidirectional::merge_mode, one_of({"sum", "mul", "ave", "concat"}))
          .field("backward_layer", &Bidirectional::backward_layer)
          .layer_fields();
  return instance;
}

std::vector<Sublayer> Bidirectional::sublayers() {
  const Layer given = layer;
  (void)flag(given, "go_backwards");  // a recurrent layer
  layer = copy(given, with_prefix("forward_", given.name()), std::nullopt);
  backward_layer = backward_layer ? copy(*backward_layer, backward_layer->name(), std::nullopt)
                                  : copy(given, with_prefix("backward_", given.name()), true);
  const bool forward_reversed = flag(layer, "go_backwards");
  if (forward_reversed == flag(*backward_layer, "go_backwards")) {
    throw ValueError(
        fmt::format("Forward layer and backward layer should have different `go_backwards` value. Received: "
                    "forward_layer.go_backwards {0}, backward_layer.go_backwards={0}",
                    forward_reversed ? "True" : "False"));
  }
  for (const char* argument : {"stateful", "return_sequences", "return_state"}) {
    const bool forward = flag(layer, argument), backward = flag(*backward_layer, argument);
    if (forward == backward) continue;
    throw ValueError(
        fmt::format("Forward layer and backward layer are expected to have the same value for attribute \"{}\", "
                    "got \"{}\" for forward layer and \"{}\" for backward layer",
                    argument, forward ? "True" : "False", backward ? "True" : "False"));
  }
  return {{"forward_layer", layer}, {"backward_layer", *backward_layer}};
}

Tensor Bidirectional::lower(Lowering& graph, Tensor x) const {
  if (!merge_mode) graph.refuse("merge_mode=None in a Sequential: it gives two outputs");
  (void)graph.mask(x);
  const Tensor forward = graph.sublayer(0).lower(graph, x);
  const Tensor backward = graph.sublayer(1).lower(graph, x);
  ops::Join op;
  op.flip = flag(layer, "return_sequences");
  op.mode = *merge_mode == "concat" ? ops::JoinMode::concat
            : *merge_mode == "sum"  ? ops::JoinMode::sum
            : *merge_mode == "mul"  ? ops::JoinMode::mul
                                    : ops::JoinMode::ave;
  return Lowering::with_mask_of(graph.apply(op, {forward, backward}), forward);
}

}  // namespace wavetrain::layers
