#include "wavetrain/layers/gru.hpp"

#include "layers/recurrent_common.hpp"

namespace wavetrain::layers {

const Description& GRU::description() {
  static const Description instance = [] {
    Describe<GRU> d("GRU", "keras.layers");
    d.field("units", &GRU::units, positive())
        .field("activation", &GRU::activation)
        .field("recurrent_activation", &GRU::recurrent_activation);
    describe_weights(d);
    describe_regularization(d).field("seed", &GRU::seed);
    describe_sequencing(d)
        .field("reset_after", &GRU::reset_after)
        .field("zero_output_for_mask", &GRU::zero_output_for_mask)
        .layer_fields();
    return Description(d);
  }();
  return instance;
}

Tensor GRU::lower(Lowering& graph, Tensor x) const {
  ops::Recurrent op;
  op.options.cell = Cell::gru;
  op.options.reset_after = reset_after;
  op.options.activation = activation;
  op.options.recurrent_activation = recurrent_activation;
  return lower_recurrent(*this, graph, x, op, reset_after ? Shape{2, 3 * units} : Shape{3 * units}, bias_initializer);
}

}  // namespace wavetrain::layers
