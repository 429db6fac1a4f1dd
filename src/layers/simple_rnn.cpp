#include "wavetrain/layers/simple_rnn.hpp"

#include "layers/recurrent_common.hpp"

namespace wavetrain::layers {

const Description& SimpleRNN::description() {
  static const Description instance = [] {
    Describe<SimpleRNN> d("SimpleRNN", "keras.layers");
    d.field("units", &SimpleRNN::units, positive()).field("activation", &SimpleRNN::activation);
    describe_weights(d);
    describe_regularization(d);
    describe_sequencing(d)
        .field("seed", &SimpleRNN::seed)
        .field("zero_output_for_mask", &SimpleRNN::zero_output_for_mask)
        .layer_fields();
    return Description(d);
  }();
  return instance;
}

Tensor SimpleRNN::lower(Lowering& graph, Tensor x) const { return lower_recurrent(*this, graph, x); }

}  // namespace wavetrain::layers
