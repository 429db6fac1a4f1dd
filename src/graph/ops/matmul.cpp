#include "graph/ops/matmul.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "reference/matmul.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Shape MatMul::infer(std::span<const Shape> inputs) const {
  Shape shape = inputs[0];
  if (shape.back() != inputs[1][0]) {
    throw ValueError(fmt::format("expected axis -1 of input shape to have value {}, but received input with shape {}",
                                 inputs[1][0], to_string(shape)));
  }
  shape[-1] = inputs[1][1];
  return shape;
}

double MatMul::cost(std::span<const Shape> inputs, const Shape& output) const {
  return 2.0 * static_cast<double>(output.size() * inputs[1][0]);
}

template <class T>
void MatMul::run_forward(const OpCall<T>& call) const {
  const Index C = call.input_shape[1][0], F = call.input_shape[1][1];
  reference::matmul_forward(call.output, call.input[0], call.input[1], call.input[2], call.output_shape.size() / F, C,
                            F);
}

template <class T>
void MatMul::run_backward(const OpCall<T>& call) const {
  const Index C = call.input_shape[1][0], F = call.input_shape[1][1];
  for (int i = 0; i < 3; ++i) {
    const auto k = static_cast<std::size_t>(i);
    if (call.input_grad[k] != nullptr) std::fill_n(call.input_grad[k], call.input_shape[k].size(), T{0});
  }
  reference::matmul_backward(call.input_grad[0], call.input_grad[1], call.input_grad[2], call.output_grad,
                             call.input[0], call.input[1], call.output_shape.size() / F, C, F);
}

WAVETRAIN_INSTANTIATE_OP(MatMul)

}  // namespace wavetrain::ops
