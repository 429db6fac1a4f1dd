#include "graph/ops/reshape.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Shape Reshape::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  bool open = false;  // the input's size is not known yet
  Index size = 1;
  for (int axis = 1; axis < x.rank(); ++axis) {
    if (x[axis] < 0) open = true;
    else size *= x[axis];
  }
  Shape result{x[0]};
  Index known = 1;
  int unknown = -1;
  for (const Index dim : target) {
    if (dim < 0) unknown = result.rank();
    else known *= dim;
    result.push_back(dim);
  }
  if (open) return result;
  if (unknown >= 0 && known > 0 && size % known == 0) result[unknown] = size / known;
  else if (unknown >= 0 || known != size) {
    throw ValueError(
        fmt::format("The total size of the tensor must be unchanged. Received: input_shape={}, target_shape={}",
                    to_string(x.without_first()), to_string(target)));
  }
  return result;
}

template <class T>
void Reshape::run_forward(const OpCall<T>& call) const {
  std::copy_n(call.input[0], call.output_shape.size(), call.output);
}

template <class T>
void Reshape::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] != nullptr) std::copy_n(call.output_grad, call.output_shape.size(), call.input_grad[0]);
}

WAVETRAIN_INSTANTIATE_OP(Reshape)

}  // namespace wavetrain::ops
