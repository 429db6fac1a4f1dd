#include "wavetrain/layers/rnn_cells.hpp"

#include "core/naming.hpp"
#include "layers/recurrent_common.hpp"

namespace wavetrain::layers {
namespace {

[[noreturn]] void refuse_alone(const Lowering& graph) {
  graph.fail("a cell is no layer by itself: put it into an RNN, as in RNN(LSTMCell(8))");
}

}  // namespace

const Description& LSTMCell::description() {
  static const Description instance = [] {
    Describe<LSTMCell> d("LSTMCell", "keras.layers");
    d.field("units", &LSTMCell::units, positive())
        .field("activation", &LSTMCell::activation)
        .field("recurrent_activation", &LSTMCell::recurrent_activation);
    describe_weights(d).field("unit_forget_bias", &LSTMCell::unit_forget_bias);
    describe_regularization(d).field("seed", &LSTMCell::seed).layer_fields();
    return Description(d);
  }();
  return instance;
}

Tensor LSTMCell::lower(Lowering& graph, Tensor) const { refuse_alone(graph); }

const Description& GRUCell::description() {
  static const Description instance = [] {
    Describe<GRUCell> d("GRUCell", "keras.layers");
    d.field("units", &GRUCell::units, positive())
        .field("activation", &GRUCell::activation)
        .field("recurrent_activation", &GRUCell::recurrent_activation);
    describe_weights(d);
    describe_regularization(d).field("reset_after", &GRUCell::reset_after).field("seed", &GRUCell::seed).layer_fields();
    return Description(d);
  }();
  return instance;
}

Tensor GRUCell::lower(Lowering& graph, Tensor) const { refuse_alone(graph); }

const Description& SimpleRNNCell::description() {
  static const Description instance = [] {
    Describe<SimpleRNNCell> d("SimpleRNNCell", "keras.layers");
    d.field("units", &SimpleRNNCell::units, positive()).field("activation", &SimpleRNNCell::activation);
    describe_weights(d);
    describe_regularization(d).field("seed", &SimpleRNNCell::seed).layer_fields();
    return Description(d);
  }();
  return instance;
}

Tensor SimpleRNNCell::lower(Lowering& graph, Tensor) const { refuse_alone(graph); }

const Description& StackedRNNCells::description() {
  static const Description instance = Describe<StackedRNNCells>("StackedRNNCells", "keras.layers")
                                          .field("cells", &StackedRNNCells::cells)
                                          .layer_fields();
  return instance;
}

std::vector<Sublayer> StackedRNNCells::sublayers() {
  if (cells.empty()) throw ValueError("StackedRNNCells needs at least one cell. Received: cells=[]");
  std::vector<Sublayer> parts;
  UniqueNames places;
  for (const Layer& cell : cells) parts.push_back({"cells/" + places.next(to_snake_case(cell.class_name())), cell});
  return parts;
}

Tensor StackedRNNCells::lower(Lowering& graph, Tensor) const { refuse_alone(graph); }

}  // namespace wavetrain::layers
