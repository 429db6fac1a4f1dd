#include "graph/ops/mask.hpp"

#include <algorithm>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {

Shape StepMask::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  if (each) return x;
  Shape mask;
  for (int axis = 0; axis + 1 < x.rank(); ++axis) mask.push_back(x[axis]);
  return mask;
}

template <class T>
void StepMask::run_steps(Index steps, Index C, const T* x, T* mask) const {
  const T v = static_cast<T>(static_cast<float>(value));
  for (Index s = 0; s < steps; ++s) {
    const T* const step = x + s * C;
    mask[s] = std::any_of(step, step + C, [v](T feature) { return feature != v; }) ? T{1} : T{0};
  }
}

template <class T>
void StepMask::run_forward(const OpCall<T>& call) const {
  const Index steps = call.output_shape.size();
  run_steps(steps, each ? 1 : call.input_shape[0].back(), call.input[0], call.output);
}

template <class T>
void StepMask::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] != nullptr) std::fill_n(call.input_grad[0], call.input_shape[0].size(), T{0});
}

template <class T>
void ApplyMask::select(Index steps, Index C, const T* from, const T* mask, T* to) {
  for (Index s = 0; s < steps; ++s) {
    if (mask[s] != 0) std::copy_n(from + s * C, C, to + s * C);
    else std::fill_n(to + s * C, C, T{0});
  }
}

template <class T>
void ApplyMask::run_forward(const OpCall<T>& call) const {
  select(call.input_shape[1].size(), call.output_shape.back(), call.input[0], call.input[1], call.output);
}

template <class T>
void ApplyMask::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] != nullptr) {
    select(call.input_shape[1].size(), call.output_shape.back(), call.output_grad, call.input[1], call.input_grad[0]);
  }
  if (call.input_grad[1] != nullptr) std::fill_n(call.input_grad[1], call.input_shape[1].size(), T{0});
}

WAVETRAIN_INSTANTIATE_OP(StepMask)
WAVETRAIN_INSTANTIATE_OP(ApplyMask)
template void StepMask::run_steps(Index, Index, const float*, float*) const;
template void ApplyMask::select(Index, Index, const float*, const float*, float*);

}  // namespace wavetrain::ops
