#include "wavetrain/layers/rnn.hpp"

#include <utility>

#include "graph/ops/reverse.hpp"
#include "layers/recurrent_common.hpp"
#include "wavetrain/layers/rnn_cells.hpp"

namespace wavetrain::layers {
namespace {

Tensor lower_any_cell(const Layer& cell, Lowering& graph, Tensor x, Tensor mask, const Sequencing& sequencing) {
  const Lowering::Scope scope = graph.enter(cell);
  if (const auto* lstm = cell.as<LSTMCell>()) return lower_cell(*lstm, graph, x, mask, sequencing);
  if (const auto* gru = cell.as<GRUCell>()) return lower_cell(*gru, graph, x, mask, sequencing);
  if (const auto* simple = cell.as<SimpleRNNCell>()) return lower_cell(*simple, graph, x, mask, sequencing);
  graph.refuse("being the cell of an RNN; it may be LSTMCell, GRUCell, SimpleRNNCell or StackedRNNCells");
}

// At each step a cell reads what the one before it puts out there, so that cell may as well have run over all steps
// before; the state of each stands still at masked steps.
Tensor lower_stack(const Layer& stack, Lowering& graph, Tensor x, Tensor mask, const Sequencing& sequencing) {
  const Lowering::Scope scope = graph.enter(stack);
  const std::size_t count = stack.sublayers().size();
  const Tensor steps = mask;       // in the order of the input
  std::vector<Tensor> outputs(1);  // the last one's, then the states
  for (std::size_t i = 0; i < count; ++i) {
    Sequencing one = sequencing;
    if (i + 1 < count) one.return_sequences = true, one.zero_output_for_mask = false;
    if (i > 0) one.go_backwards = false;  // the first one has put its output in this order
    x = lower_any_cell(graph.sublayer(i), graph, x, mask, one);
    if (one.return_state) {
      if (graph.sublayer(i).as<LSTMCell>() != nullptr)
        graph.refuse("return_state=True with an LSTMCell in it, which Keras cannot run either");
      const std::vector<Tensor> parts = split_rows(graph, x, 1, one.return_sequences);
      x = outputs[0] = parts[0];
      outputs.push_back(parts[1]);
    }
    if (i == 0 && sequencing.go_backwards && mask.value != kNoValue) mask = graph.apply(ops::Reverse(), {mask});
  }
  if (!sequencing.return_state) return x;
  outputs[0] = zeros_of(sequencing, graph, outputs[0], steps);
  return pack_outputs(graph, std::move(outputs));
}

}  // namespace

const Description& RNN::description() {
  static const Description instance = [] {
    Describe<RNN> d("RNN", "keras.layers");
    d.field("cell", &RNN::cell);
    describe_sequencing(d)
        .field("zero_output_for_mask", &RNN::zero_output_for_mask)
        .field("activity_regularizer", &RNN::activity_regularizer)
        .layer_fields();
    return Description(d);
  }();
  return instance;
}

std::vector<Sublayer> RNN::sublayers() { return {{"cell", cell}}; }

Tensor RNN::lower(Lowering& graph, Tensor x) const {
  const Sequencing sequencing = sequencing_of(*this, graph, x);
  const Tensor mask = graph.mask(x);
  const Layer& inner = graph.sublayer(0);
  const bool stacked = inner.as<StackedRNNCells>() != nullptr;
  const Tensor y =
      stacked ? lower_stack(inner, graph, x, mask, sequencing) : lower_any_cell(inner, graph, x, mask, sequencing);
  if (return_state) {
    return stacked ? y : outputs_of(sequencing, graph, y, inner.as<LSTMCell>() != nullptr ? 2 : 1, mask);
  }
  return return_sequences ? Lowering::with_mask_of(zeros_of(sequencing, graph, y, mask), x) : y;
}

}  // namespace wavetrain::layers
