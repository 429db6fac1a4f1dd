#include "graph/ops/fold.hpp"

#include <algorithm>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {

Shape Fold::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  Shape result{x[0] < 0 || x[1] < 0 ? kNone : x[0] * x[1]};
  for (int axis = 2; axis < x.rank(); ++axis) result.push_back(x[axis]);
  return result;
}

Shape Unfold::infer(std::span<const Shape> inputs) const {
  Shape result{inputs[1][0], inputs[1][1]};
  for (int axis = 1; axis < inputs[0].rank(); ++axis) result.push_back(inputs[0][axis]);
  return result;
}

namespace {

template <class T>
void copy_forward(const OpCall<T>& call) {
  std::copy_n(call.input[0], call.output_shape.size(), call.output);
}
template <class T>
void copy_backward(const OpCall<T>& call) {
  if (call.input_grad[0] != nullptr) std::copy_n(call.output_grad, call.output_shape.size(), call.input_grad[0]);
  if (call.inputs > 1 && call.input_grad[1] != nullptr)
    std::fill_n(call.input_grad[1], call.input_shape[1].size(), T{0});
}

}  // namespace

template <class T>
void Fold::run_forward(const OpCall<T>& call) const {
  copy_forward(call);
}
template <class T>
void Fold::run_backward(const OpCall<T>& call) const {
  copy_backward(call);
}
template <class T>
void Unfold::run_forward(const OpCall<T>& call) const {
  copy_forward(call);
}
template <class T>
void Unfold::run_backward(const OpCall<T>& call) const {
  copy_backward(call);
}

WAVETRAIN_INSTANTIATE_OP(Fold)
WAVETRAIN_INSTANTIATE_OP(Unfold)

}  // namespace wavetrain::ops
