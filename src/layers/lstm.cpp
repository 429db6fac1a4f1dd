#include "wavetrain/layers/lstm.hpp"

#include "layers/recurrent_common.hpp"

namespace wavetrain::layers {

const Description& LSTM::description() {
  static const Description instance = [] {
    Describe<LSTM> d("LSTM", "keras.layers");
    d.field("units", &LSTM::units, positive())
        .field("activation", &LSTM::activation)
        .field("recurrent_activation", &LSTM::recurrent_activation);
    describe_weights(d).field("unit_forget_bias", &LSTM::unit_forget_bias);
    describe_regularization(d).field("seed", &LSTM::seed);
    describe_sequencing(d).field("zero_output_for_mask", &LSTM::zero_output_for_mask).layer_fields();
    return Description(d);
  }();
  return instance;
}

Tensor LSTM::lower(Lowering& graph, Tensor x) const { return lower_recurrent(*this, graph, x); }

}  // namespace wavetrain::layers
