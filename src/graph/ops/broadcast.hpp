// Parameters that are shared along some axes: how a small array lies over a large one.
#pragma once

#include <array>

#include "wavetrain/shape.hpp"

namespace wavetrain::ops {

// Calls f(offset, count, position, step) for runs of `count` neighbouring values of x that cover it in order: value
// offset + i meets parameter position + i·step, step 0 or 1. `parameter` has the rank of x, and 1 for each axis along which it
// is shared. Neighbouring axes of one kind count as one, so that runs are long.
template <class F>
void for_each_run(const Shape& x, const Shape& parameter, F f) {
  struct Axis {
    Index size, stride;  // through the parameters
    bool shared;
  };
  std::array<Axis, Shape::kMaxRank> axes{};
  int rank = 0;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool shared = parameter[axis] == 1;
    if (x[axis] == 1 && rank > 0) continue;
    if (rank > 0 && axes[static_cast<std::size_t>(rank - 1)].shared == shared) {
      axes[static_cast<std::size_t>(rank - 1)].size *= x[axis];
    } else {
      axes[static_cast<std::size_t>(rank++)] = {x[axis], 0, shared};
    }
  }
  Index stride = 1, total = 1;
  for (int axis = rank - 1; axis >= 0; --axis) {
    Axis& a = axes[static_cast<std::size_t>(axis)];
    total *= a.size;
    if (a.shared) continue;
    a.stride = stride;
    stride *= a.size;
  }
  if (total == 0) return;
  if (rank == 0) return f(Index{0}, total, Index{0}, Index{0});
  const Axis last = axes[static_cast<std::size_t>(rank - 1)];
  std::array<Index, Shape::kMaxRank> at{};
  Index position = 0;
  for (Index offset = 0; offset < total; offset += last.size) {
    f(offset, last.size, position, last.stride);
    for (int axis = rank - 2; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      position += axes[a].stride;
      if (++at[a] < axes[a].size) break;
      position -= axes[a].stride * axes[a].size;
      at[a] = 0;
    }
  }
}

}  // namespace wavetrain::ops
