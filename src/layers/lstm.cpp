#include "wavetrain/layers/lstm.hpp"

#include <algorithm>

#include "layers/recurrent_common.hpp"

namespace wavetrain::layers {
namespace {

// unit_forget_bias: ones for the forget gate, `other` for the rest.
struct UnitForgetBias {
  Initializer other;

  static const Description& description() {
    static const Description instance =
        Describe<UnitForgetBias>("UnitForgetBias", "wavetrain").field("other", &UnitForgetBias::other);
    return instance;
  }
  void fill(const Shape& shape, std::span<float> out, std::uint64_t fallback_seed) const {
    const auto units = out.size() / 4;
    // Keras draws the two parts by themselves; their sizes matter to initialisers that look at fans.
    const Shape one{shape[0] / 4};
    other.fill(one, out.first(units), fallback_seed);
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(units), units, 1.0f);
    other.fill(Shape{shape[0] / 2}, out.last(2 * units), fallback_seed + 1);
  }
};

}  // namespace

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

Tensor LSTM::lower(Lowering& graph, Tensor x) const {
  ops::Recurrent op;
  op.options.cell = Cell::lstm;
  op.options.activation = activation;
  op.options.recurrent_activation = recurrent_activation;
  const Initializer bias = unit_forget_bias ? Initializer(UnitForgetBias{bias_initializer}) : bias_initializer;
  return lower_recurrent(*this, graph, x, op, Shape{4 * units}, bias);
}

}  // namespace wavetrain::layers
