// What a Layer handle points to.
#pragma once

#include "wavetrain/layer.hpp"

namespace wavetrain {

struct Layer::State {
  std::unique_ptr<Definition> definition;
  std::vector<Variable> variables;  // trainable first, then the others
  Shape input_shape;
  Shape output_shape;
  std::uint64_t seed = 0;  // of its random numbers; drawn when first needed
  bool has_seed = false;
};

}  // namespace wavetrain
