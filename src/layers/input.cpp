#include "wavetrain/layers/input.hpp"

namespace wavetrain::layers {

const Description& Input::description() {
  static const Description instance = Describe<Input>("InputLayer", "keras.layers")
                                          .field("shape", &Input::shape, any_value(), {"input_shape"})
                                          .field("batch_size", &Input::batch_size, positive())
                                          .field("dtype", &Input::dtype)
                                          .field("batch_shape", &Input::batch_shape, any_value(), {"batch_input_shape"})
                                          .field("name", &Input::name);
  return instance;
}

Shape Input::full_shape() const {
  if (shape.has_value() == batch_shape.has_value()) {
    throw ValueError("Input needs one of the arguments `shape` and `batch_shape`. Received: " +
                     to_config(*this).repr());
  }
  if (batch_shape.has_value()) return batch_shape.value();
  return shape.value().with_first(batch_size.value_or(kNone));
}

}  // namespace wavetrain::layers
