#include "graph/ops/permute.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {
namespace {

// A square tile of both arrays stays in the first cache.
constexpr Index kTile = 16;

// y[j][i] = x[i][j] for x of `rows` rows x_stride apart and `columns` columns, y of `columns` rows y_stride apart.
template <class T>
void transpose(Index rows, Index columns, const T* x, Index x_stride, T* y, Index y_stride) {
  for (Index row = 0; row < rows; row += kTile) {
    const Index row_end = std::min(rows, row + kTile);
    for (Index column = 0; column < columns; column += kTile) {
      const Index column_end = std::min(columns, column + kTile);
      for (Index j = column; j < column_end; ++j) {
        for (Index i = row; i < row_end; ++i) y[j * y_stride + i] = x[i * x_stride + j];
      }
    }
  }
}

// y = x with its axes in the order `order` (0-based, over `shape`). Both are contiguous.
template <class T>
void permute(const Shape& shape, const Shape& order, const T* x, T* y) {
  const int rank = shape.rank();
  std::array<Index, Shape::kMaxRank> x_strides{}, sizes{}, from{};  // of x; of y and its steps through x
  Index stride = 1;
  for (int axis = rank - 1; axis >= 0; --axis) {
    x_strides[static_cast<std::size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  if (stride == 0) return;
  for (int axis = 0; axis < rank; ++axis) {
    sizes[static_cast<std::size_t>(axis)] = shape[static_cast<int>(order[axis])];
    from[static_cast<std::size_t>(axis)] = x_strides[static_cast<std::size_t>(order[axis])];
  }
  // Runs that stay together are copied; else the axis that is last in x and the one that is last in y make a matrix.
  const int last = rank - 1;
  const bool copies = order[last] == last;
  int other = last;
  while (!copies && order[other] != last) --other;
  Index other_stride = 1;  // in y
  for (int axis = other + 1; axis < rank; ++axis) other_stride *= sizes[static_cast<std::size_t>(axis)];
  std::array<Index, Shape::kMaxRank> at{};
  Index source = 0, target = 0;
  std::array<Index, Shape::kMaxRank> y_strides{};
  stride = 1;
  for (int axis = rank - 1; axis >= 0; --axis) {
    y_strides[static_cast<std::size_t>(axis)] = stride;
    stride *= sizes[static_cast<std::size_t>(axis)];
  }
  const Index inner = sizes[static_cast<std::size_t>(last)];
  while (true) {
    if (copies) std::copy_n(x + source, inner, y + target);
    else {
      transpose(inner, sizes[static_cast<std::size_t>(other)], x + source, from[static_cast<std::size_t>(last)],
                y + target, other_stride);
    }
    int axis = last - 1;
    for (; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      if (!copies && axis == other) continue;
      source += from[a];
      target += y_strides[a];
      if (++at[a] < sizes[a]) break;
      source -= from[a] * sizes[a];
      target -= y_strides[a] * sizes[a];
      at[a] = 0;
    }
    if (axis < 0) return;
  }
}

Shape with_batch(const Shape& order) { return order.with_first(0); }

}  // namespace

Shape Permute::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  if (x.rank() != order.rank() + 1) {
    throw ValueError(fmt::format("expected ndim={}, found ndim={}. Full shape received: {}", order.rank() + 1, x.rank(),
                                 to_string(x)));
  }
  Shape shape{x[0]};
  for (const Index axis : order) shape.push_back(x[static_cast<int>(axis)]);
  return shape;
}

template <class T>
void Permute::run_forward(const OpCall<T>& call) const {
  permute(call.input_shape[0], with_batch(order), call.input[0], call.output);
}

template <class T>
void Permute::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  Shape inverse = with_batch(order);
  for (int axis = 0; axis < order.rank(); ++axis) inverse[static_cast<int>(order[axis])] = axis + 1;
  permute(call.output_shape, inverse, call.output_grad, call.input_grad[0]);
}

WAVETRAIN_INSTANTIATE_OP(Permute)

}  // namespace wavetrain::ops
