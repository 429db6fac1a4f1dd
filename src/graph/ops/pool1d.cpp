#include "graph/ops/pool1d.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "reference/pool1d.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {
namespace {

reference::PoolShape pool_shape(const Pool1D& op, const Shape& x) {
  const PaddedLength length = padded_length(op.padding, x[1], op.size, op.stride);
  return {.N = x[0],
          .L = x[1],
          .C = x[2],
          .pool = op.size,
          .stride = op.stride,
          .pad_left = length.left,
          .pad_right = length.right};
}

}  // namespace

Shape Pool1D::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  const PaddedLength length = padded_length(padding, x[1], size, stride);
  if (length.output == 0) {
    throw ValueError(
        fmt::format("Computed output size would be zero or negative: a pool of {} steps does not fit. Received: "
                    "input shape {}.",
                    size, to_string(x)));
  }
  return {x[0], length.output, x[2]};
}

template <class T>
void Pool1D::run_forward(const OpCall<T>& call) const {
  const reference::PoolShape shape = pool_shape(*this, call.input_shape[0]);
  if (kind == PoolKind::max) reference::max_pool_forward(call.output, call.input[0], shape);
  else reference::average_pool_forward(call.output, call.input[0], shape);
}

template <class T>
void Pool1D::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  const reference::PoolShape shape = pool_shape(*this, call.input_shape[0]);
  std::fill_n(call.input_grad[0], call.input_shape[0].size(), T{0});
  if (kind == PoolKind::max) reference::max_pool_backward(call.input_grad[0], call.output_grad, call.input[0], shape);
  else reference::average_pool_backward(call.input_grad[0], call.output_grad, shape);
}

Shape GlobalPool1D::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  return keepdims ? Shape{x[0], 1, x[2]} : Shape{x[0], x[2]};
}

Index GlobalPool1D::saved_size(std::span<const Shape> inputs, const Shape&) const {
  return inputs.size() > 1 && inputs[1].rank() > 0 ? inputs[1].size() : 0;
}

namespace {

// The mask as bytes, in what the call saves; null without one.
template <class T>
const std::uint8_t* mask_bytes(const OpCall<T>& call) {
  if (call.input[1] == nullptr) return nullptr;
  auto* const bytes = reinterpret_cast<std::uint8_t*>(call.saved);
  for (Index i = 0; i < call.input_shape[1].size(); ++i) bytes[i] = call.input[1][i] != 0 ? 1 : 0;
  return bytes;
}

}  // namespace

template <class T>
void GlobalPool1D::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  if (kind == PoolKind::max) reference::global_max_forward(call.output, call.input[0], x[0], x[1], x[2]);
  else reference::global_average_forward(call.output, call.input[0], mask_bytes(call), x[0], x[1], x[2]);
}

template <class T>
void GlobalPool1D::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[1] != nullptr) std::fill_n(call.input_grad[1], call.input_shape[1].size(), T{0});
  if (call.input_grad[0] == nullptr) return;
  const Shape& x = call.input_shape[0];
  std::fill_n(call.input_grad[0], x.size(), T{0});
  if (kind == PoolKind::max) {
    reference::global_max_backward(call.input_grad[0], call.output_grad, call.input[0], x[0], x[1], x[2]);
  } else {
    reference::global_average_backward(call.input_grad[0], call.output_grad, mask_bytes(call), x[0], x[1], x[2]);
  }
}

WAVETRAIN_INSTANTIATE_OP(Pool1D)
WAVETRAIN_INSTANTIATE_OP(GlobalPool1D)

}  // namespace wavetrain::ops
