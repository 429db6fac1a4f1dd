// What a Layer handle points to.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain {

struct Layer::State {
  std::unique_ptr<Definition> definition;
  std::vector<Sublayer> sublayers;
  std::vector<Variable> variables;      // its own: trainable first, then the others
  std::vector<Variable> all_variables;  // with those of sublayers
  std::vector<Variable> states;         // kept between batches, in no file
  Shape input_shape;
  Shape output_shape;
  std::uint64_t seed = 0;  // of its random numbers; drawn when first needed
  bool has_seed = false;
  bool told_of_mask = false;  // that it drops a mask
  // Made with trainable=False, which Keras does not hand on to the cell that has all of ConvLSTM1D's weights, as it does for
  // LSTM, GRU and SimpleRNN. set_trainable reaches it.
  bool cell_trains = false;
  bool trains() const { return definition->trainable() || cell_trains; }
};

}  // namespace wavetrain
