#include "graph/ops/group_normalize.hpp"

#include <algorithm>
#include <cmath>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {
namespace {

// Calls f(i, group, parameter) for every value i of x, in order.
template <class F>
void for_each_value(const GroupNormalize& op, const Shape& x, F f) {
  for (Index i = 0; i < x.size(); ++i) {
    Index rest = i, group = 0, group_stride = 1, parameter = 0, parameter_stride = 1;
    for (int axis = x.rank() - 1; axis >= 0; --axis) {
      const Index position = rest % x[axis];
      rest /= x[axis];
      if ((op.reduced >> axis & 1) == 0) {
        group += position * group_stride;
        group_stride *= x[axis];
      }
      if ((op.parameters >> axis & 1) != 0) {
        parameter += position * parameter_stride;
        parameter_stride *= x[axis];
      }
    }
    f(i, group, parameter);
  }
}

Index group_count(const GroupNormalize& op, const Shape& x) {
  Index count = 1;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if ((op.reduced >> axis & 1) == 0) count *= x[axis];
  }
  return count;
}

}  // namespace

Index GroupNormalize::saved_size(std::span<const Shape> inputs, const Shape&) const {
  return inputs[0].known() ? 2 * group_count(*this, inputs[0]) : 0;
}

template <class T>
void GroupNormalize::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Index groups = group_count(*this, x);
  if (x.size() == 0) return;
  const T size = static_cast<T>(x.size() / groups);
  T* mean = call.saved;
  T* inverse = call.saved + groups;
  std::fill_n(mean, 2 * groups, T{0});
  const bool centered = kind == GroupNorm::moments || kind == GroupNorm::variance;
  if (centered) {
    for_each_value(*this, x, [&](Index i, Index g, Index) { mean[g] += call.input[0][i]; });
    for (Index g = 0; g < groups; ++g) mean[g] /= size;
  }
  for_each_value(*this, x, [&](Index i, Index g, Index) {
    const T d = call.input[0][i] - mean[g];
    inverse[g] += d * d;
  });
  const T e = static_cast<T>(epsilon);
  for (Index g = 0; g < groups; ++g) {
    inverse[g] = 1 / std::sqrt(kind == GroupNorm::unit ? std::max(inverse[g], e) : inverse[g] / size + e);
  }
  for_each_value(*this, x, [&](Index i, Index g, Index p) {
    const T value = (call.input[0][i] - (kind == GroupNorm::moments ? mean[g] : T{0})) * inverse[g];
    call.output[i] = value * (call.input[1] == nullptr ? T{1} : call.input[1][p]) +
                     (call.input[2] == nullptr ? T{0} : call.input[2][p]);
  });
}

// With h = (x - mean) · inverse and g = dy · gamma, s = sum of g·(what inverse multiplies) · inverse over the group:
// dx = inverse · (g - mean of g - h · s / size), without the second term when nothing is subtracted, and with s undivided for
// `unit`, where it is 0 below epsilon.
template <class T>
void GroupNormalize::run_backward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Index groups = group_count(*this, x);
  T* dgamma = call.input_grad[1];
  T* dbeta = call.input_grad[2];
  if (dgamma != nullptr) std::fill_n(dgamma, call.input_shape[1].size(), T{0});
  if (dbeta != nullptr) std::fill_n(dbeta, call.input_shape[2].size(), T{0});
  if (x.size() == 0) return;
  const T size = static_cast<T>(x.size() / groups);
  const T* mean = call.saved;
  const T* inverse = call.saved + groups;
  const auto scaled = [&](Index i, Index g) {
    return (call.input[0][i] - (kind == GroupNorm::moments ? mean[g] : T{0})) * inverse[g];
  };
  const auto gradient = [&](Index i, Index p) {
    return call.output_grad[i] * (call.input[1] == nullptr ? T{1} : call.input[1][p]);
  };
  for_each_value(*this, x, [&](Index i, Index g, Index p) {
    if (dgamma != nullptr) dgamma[p] += call.output_grad[i] * scaled(i, g);
    if (dbeta != nullptr) dbeta[p] += call.output_grad[i];
  });
  T* dx = call.input_grad[0];
  if (dx == nullptr) return;
  // Groups in turn, so that no memory is needed for their sums: rare shapes only come here.
  for (Index group = 0; group < groups; ++group) {
    T sum = 0, product = 0;
    for_each_value(*this, x, [&](Index i, Index g, Index p) {
      if (g != group) return;
      sum += gradient(i, p);
      product += gradient(i, p) * scaled(i, g);
    });
    if (kind == GroupNorm::unit && inverse[group] * inverse[group] * static_cast<T>(epsilon) >= 1) product = 0;
    const T share = kind == GroupNorm::unit ? T{1} : 1 / size;
    for_each_value(*this, x, [&](Index i, Index g, Index p) {
      if (g != group) return;
      const T h = kind == GroupNorm::variance ? (call.input[0][i] - mean[g]) * inverse[g] : scaled(i, g);
      dx[i] = inverse[g] * (gradient(i, p) - (kind == GroupNorm::moments ? sum * share : T{0}) - h * product * share);
    });
  }
}

WAVETRAIN_INSTANTIATE_OP(GroupNormalize)

}  // namespace wavetrain::ops
