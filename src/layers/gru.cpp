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

Tensor GRU::lower(Lowering& graph, Tensor x) const { return lower_recurrent(*this, graph, x); }

}  // namespace wavetrain::layers
