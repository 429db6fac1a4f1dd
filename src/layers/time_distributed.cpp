#include "wavetrain/layers/time_distributed.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "wavetrain/layers/dense.hpp"

namespace wavetrain::layers {
namespace {

// Layers whose `call` takes a mask in Keras: only they get that of their step.
constexpr std::array<std::string_view, 10> kTakeMask{
    "BatchNormalization", "Bidirectional", "GRU",     "GlobalAveragePooling1D", "LSTM", "RNN",
    "Sequential",         "SimpleRNN",     "Softmax", "TimeDistributed"};

}  // namespace

const Description& TimeDistributed::description() {
  static const Description instance = Describe<TimeDistributed>("TimeDistributed", "keras.layers")
                                          .field("layer", &TimeDistributed::layer)
                                          .layer_fields();
  return instance;
}

std::vector<Sublayer> TimeDistributed::sublayers() { return {{"layer", layer}}; }

Tensor TimeDistributed::lower(Lowering& graph, Tensor x) const {
  const Shape& shape = graph.shape(x);
  if (shape.rank() < 3) {
    graph.fail(fmt::format(
        "`TimeDistributed` Layer should be passed an `input_shape` with at least 3 dimensions, received: {}",
        to_string(shape)));
  }
  (void)graph.mask(x);
  const Layer& child = graph.sublayer(0);
  // Dense works on the last axis anyway, and so do its activation and the loss behind it.
  const auto* dense = child.as<Dense>();
  if (dense != nullptr && !dense->activity_regularizer.has_value())
    return Lowering::with_mask_of(child.lower(graph, {x.value, kNoValue}), x);
  const bool takes_mask = std::find(kTakeMask.begin(), kTakeMask.end(), child.class_name()) != kTakeMask.end();
  return Lowering::with_mask_of(graph.lower_steps(child, takes_mask ? x : Tensor{x.value, kNoValue}), x);
}

}  // namespace wavetrain::layers
