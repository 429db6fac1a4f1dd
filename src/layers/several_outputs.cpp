#include "layers/several_outputs.hpp"

#include "graph/ops/resample.hpp"
#include "graph/ops/several_outputs.hpp"

namespace wavetrain::layers {

std::vector<Tensor> split_rows(Lowering& graph, Tensor rows, Index states, bool sequences) {
  std::vector<Tensor> parts;
  if (sequences) {
    ops::Resample front;
    front.after = -states;
    parts.push_back(graph.apply(front, {rows}));
  }
  for (Index from_end = sequences ? states : states + 1; from_end > 0; --from_end) {
    parts.push_back(graph.apply(ops::TakeRow(from_end), {rows}));
  }
  return parts;
}

Tensor with_states(Lowering& graph, Tensor rows, Index states, bool sequences) {
  return graph.apply(ops::WithStates(states, sequences), {rows});
}

Tensor pack_outputs(Lowering& graph, std::vector<Tensor> outputs) {
  constexpr std::size_t kMost = OpCall<float>::kMaxInputs;
  if (outputs.size() > kMost) graph.refuse("more than " + std::to_string(kMost) + " outputs");
  outputs.resize(kMost);
  return graph.apply(ops::Pack(),
                     {outputs[0], outputs[1], outputs[2], outputs[3], outputs[4], outputs[5], outputs[6], outputs[7]});
}

}  // namespace wavetrain::layers
