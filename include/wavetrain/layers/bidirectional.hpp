// Bidirectional, as keras.layers.Bidirectional of Keras 3.15.1: a recurrent layer over the series and one over its
// reverse.
//
//   input   (batch, T, C)
//   output  merged (batch, units), or with return_sequences (batch, T, units), both directions in the order of time;
//           "concat" has 2 units. merge_mode None (two outputs) is only for the last layer of a model.
//   weights those of "forward_layer", then those of "backward_layer"
//   mask    used by both directions; passed on with return_sequences
//
// `layer` is copied, under the names forward_<name> and backward_<name>, the second with go_backwards; or
// `backward_layer` takes the place of the second copy. Both get zero_output_for_mask = return_sequences. Throws
// ValueError when the two do not differ in go_backwards or differ in stateful, return_sequences or return_state.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain::layers {

struct Bidirectional {
  Required<Layer> layer;
  std::optional<std::string> merge_mode = "concat";
  std::optional<Layer> backward_layer{};

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  std::vector<Sublayer> sublayers();
  Tensor lower(Lowering& graph, Tensor x) const;
};

}  // namespace wavetrain::layers
