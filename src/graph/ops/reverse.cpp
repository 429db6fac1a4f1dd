#include "graph/ops/reverse.hpp"

#include <algorithm>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {
namespace {

template <class T>
void reverse(const Shape& shape, const T* from, T* to) {
  const Index steps = shape[1], size = shape.size_from(2);
  for (Index n = 0; n < shape[0]; ++n) {
    for (Index t = 0; t < steps; ++t) {
      std::copy_n(from + (n * steps + t) * size, size, to + (n * steps + steps - 1 - t) * size);
    }
  }
}

}  // namespace

template <class T>
void Reverse::run_forward(const OpCall<T>& call) const {
  reverse(call.output_shape, call.input[0], call.output);
}

template <class T>
void Reverse::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] != nullptr) reverse(call.output_shape, call.output_grad, call.input_grad[0]);
}

WAVETRAIN_INSTANTIATE_OP(Reverse)

}  // namespace wavetrain::ops
