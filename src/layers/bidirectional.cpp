#include "wavetrain/layers/bidirectional.hpp"

#include <fmt/format.h>

#include "graph/ops/join.hpp"
#include "graph/ops/reverse.hpp"
#include "layers/several_outputs.hpp"
#include "wavetrain/layers/rnn.hpp"

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

// How many states of its own a recurrent layer returns; 0 when they are not all of one shape.
Index states_of(const Layer& layer) {
  if (const auto* rnn = layer.as<RNN>()) {
    const std::string& cell = Layer(rnn->cell).class_name();
    return cell == "StackedRNNCells" ? 0 : cell == "LSTMCell" ? 2 : 1;
  }
  return layer.class_name() == "LSTM" || layer.class_name() == "ConvLSTM1D" ? 2 : 1;
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
  (void)graph.mask(x);
  Tensor forward = graph.sublayer(0).lower(graph, x);
  Tensor backward = graph.sublayer(1).lower(graph, x);
  const bool sequences = flag(layer, "return_sequences");
  std::vector<Tensor> states;
  const auto take_states = [&](const Layer& one, Tensor& y) {
    if (!flag(one, "return_state")) return;
    const Index count = states_of(one);
    if (count == 0) graph.refuse("return_state=True of StackedRNNCells");
    const std::vector<Tensor> parts = split_rows(graph, y, count, sequences);
    y = parts[0];
    states.insert(states.end(), parts.begin() + 1, parts.end());
  };
  take_states(graph.sublayer(0), forward);
  take_states(graph.sublayer(1), backward);
  if (!merge_mode) {
    if (sequences) backward = graph.apply(ops::Reverse(), {backward});
    states.insert(states.begin(), {forward, backward});
    return pack_outputs(graph, std::move(states));
  }
  ops::Join op;
  op.flip = sequences;
  op.mode = *merge_mode == "concat" ? ops::JoinMode::concat
            : *merge_mode == "sum"  ? ops::JoinMode::sum
            : *merge_mode == "mul"  ? ops::JoinMode::mul
                                    : ops::JoinMode::ave;
  const Tensor y = graph.apply(op, {forward, backward});
  if (states.empty()) return Lowering::with_mask_of(y, forward);
  states.insert(states.begin(), y);
  return pack_outputs(graph, std::move(states));
}

}  // namespace wavetrain::layers
