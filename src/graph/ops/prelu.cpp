#include "graph/ops/prelu.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/broadcast.hpp"
#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Shape PRelu::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  const Shape& alpha = inputs[1];
  for (int axis = 1; axis < x.rank(); ++axis) {
    if (alpha[axis - 1] != 1 && x[axis] >= 0 && x[axis] != alpha[axis - 1]) {
      throw ValueError(fmt::format("expected axis {} of input shape to have value {}, but received input with shape {}",
                                   axis, alpha[axis - 1], to_string(x)));
    }
  }
  return x;
}

template <class T>
void PRelu::run_forward(const OpCall<T>& call) const {
  for_each_run(call.input_shape[0], call.input_shape[1].with_first(1),
               [&](Index offset, Index count, Index position, Index step) {
                 const T* x = call.input[0] + offset;
                 const T* alpha = call.input[1] + position;
                 T* y = call.output + offset;
                 for (Index i = 0; i < count; ++i) y[i] = x[i] > 0 ? x[i] : alpha[i * step] * x[i];
               });
}

// At 0 both sides have gradient 0, as relu has it.
template <class T>
void PRelu::run_backward(const OpCall<T>& call) const {
  T* dalpha = call.input_grad[1];
  if (dalpha != nullptr) std::fill_n(dalpha, call.input_shape[1].size(), T{0});
  for_each_run(call.input_shape[0], call.input_shape[1].with_first(1),
               [&](Index offset, Index count, Index position, Index step) {
                 const T* x = call.input[0] + offset;
                 const T* dy = call.output_grad + offset;
                 const T* alpha = call.input[1] + position;
                 if (T* dx = call.input_grad[0]; dx != nullptr) {
                   dx += offset;
                   for (Index i = 0; i < count; ++i) {
                     dx[i] = x[i] > 0 ? dy[i] : x[i] < 0 ? alpha[i * step] * dy[i] : T{0};
                   }
                 }
                 for (Index i = 0; dalpha != nullptr && i < count; ++i) {
                   dalpha[position + i * step] += x[i] < 0 ? x[i] * dy[i] : T{0};
                 }
               });
}

WAVETRAIN_INSTANTIATE_OP(PRelu)

}  // namespace wavetrain::ops
