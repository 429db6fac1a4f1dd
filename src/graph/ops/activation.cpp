#include "graph/ops/activation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cpu/activation.hpp"
#include "graph/ops/instantiate.hpp"
#include "reference/activation.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

bool Activate::backward_reads_input(int) const { return cpu::backward_needs(activation) == cpu::BackwardNeeds::x; }
bool Activate::backward_reads_output() const { return cpu::backward_needs(activation) == cpu::BackwardNeeds::y; }

Shape Activate::infer(std::span<const Shape> inputs) const {
  Shape shape = inputs[0];
  if (activation.kind() != ActivationKind::glu || shape[axis] < 0) return shape;
  if (shape[axis] % 2 != 0) {
    throw ValueError(
        fmt::format("axis size must be divisible by 2 for activation 'glu'. Received: {}", to_string(shape)));
  }
  shape[axis] /= 2;
  return shape;
}

Activate::Extent Activate::extent(const Shape& x) const {
  const int position = x.rank() + axis;
  Extent extent{1, x[position], x.size_from(position + 1)};
  for (int i = 0; i < position; ++i) extent.outer *= x[i];
  return extent;
}

template <class T>
void Activate::run_forward(const OpCall<T>& call) const {
  const Extent e = extent(call.input_shape[0]);
  reference::activation_forward(call.output, call.input[0], activation, e.outer, e.size, e.inner);
}

template <class T>
void Activate::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  const Extent e = extent(call.input_shape[0]);
  std::fill_n(call.input_grad[0], call.input_shape[0].size(), T{0});
  reference::activation_backward(call.input_grad[0], call.output_grad, call.input[0], activation, e.outer, e.size,
                                 e.inner);
}

WAVETRAIN_INSTANTIATE_OP(Activate)

}  // namespace wavetrain::ops
