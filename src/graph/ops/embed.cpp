#include "graph/ops/embed.hpp"

#include <algorithm>
#include <limits>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {

Shape Embed::infer(std::span<const Shape> inputs) const {
  Shape result = inputs[0];
  result.push_back(inputs[1].back());
  return result;
}

template <class T>
void Embed::gather_gradient(Index numbers, Index D, Index rows, const T* x, const T* dy, T* dtable, Index first,
                            Index last) {
  std::fill(dtable + first * D, dtable + last * D, T{0});
  for (Index i = 0; i < numbers; ++i) {
    const Index r = row(x[i], rows);
    if (r < first || r >= last) continue;
    for (Index d = 0; d < D; ++d) dtable[r * D + d] += dy[i * D + d];
  }
}

template <class T>
void Embed::run_forward(const OpCall<T>& call) const {
  const Index rows = call.input_shape[1][0], D = call.input_shape[1][1];
  for (Index i = 0; i < call.input_shape[0].size(); ++i) {
    const Index r = row(call.input[0][i], rows);
    if (r < 0) std::fill_n(call.output + i * D, D, std::numeric_limits<T>::quiet_NaN());
    else std::copy_n(call.input[1] + r * D, D, call.output + i * D);
  }
}

template <class T>
void Embed::run_backward(const OpCall<T>& call) const {
  const Index rows = call.input_shape[1][0], D = call.input_shape[1][1];
  if (call.input_grad[0] != nullptr) std::fill_n(call.input_grad[0], call.input_shape[0].size(), T{0});
  if (call.input_grad[1] == nullptr) return;
  gather_gradient(call.input_shape[0].size(), D, rows, call.input[0], call.output_grad, call.input_grad[1], 0, rows);
}

WAVETRAIN_INSTANTIATE_OP(Embed)
template void Embed::gather_gradient(Index, Index, Index, const float*, const float*, float*, Index, Index);

}  // namespace wavetrain::ops
