#include "graph/ops/rescale.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

#include "graph/ops/broadcast.hpp"
#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {
namespace {

constexpr double kSmallestDeviation = 1e-7;  // keras.backend.epsilon()

Shape fitting(const Shape& x, const Shape& over) {
  for (int axis = 0; axis < over.rank(); ++axis) {
    if (x.rank() != over.rank() || (over[axis] != 1 && x[axis] >= 0 && x[axis] != over[axis])) {
      throw ValueError(
          fmt::format("expected an input that fits numbers of shape {}. Received: {}", to_string(over), to_string(x)));
    }
  }
  return x;
}

template <class T>
T deviation(T variance) {
  return std::max(std::sqrt(variance), static_cast<T>(kSmallestDeviation));
}

}  // namespace

Constants::Constants(std::vector<double> values)
    : in_double(std::move(values)), in_float(in_double.begin(), in_double.end()) {}

template <class T>
const T* Constants::as() const {
  if constexpr (std::is_same_v<T, double>) return in_double.data();
  else return in_float.data();
}

Shape Rescale::infer(std::span<const Shape> inputs) const { return fitting(inputs[0], over); }

template <class T>
void Rescale::run_forward(const OpCall<T>& call) const {
  for_each_run(call.input_shape[0], over, [&](Index offset_of_run, Index count, Index position, Index step) {
    const T* x = call.input[0] + offset_of_run;
    const T* a = scale.as<T>() + position;
    const T* b = offset.as<T>() + position;
    T* y = call.output + offset_of_run;
    for (Index i = 0; i < count; ++i) y[i] = x[i] * a[i * step] + b[i * step];
  });
}

template <class T>
void Rescale::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  for_each_run(call.input_shape[0], over, [&](Index offset_of_run, Index count, Index position, Index step) {
    const T* dy = call.output_grad + offset_of_run;
    const T* a = scale.as<T>() + position;
    T* dx = call.input_grad[0] + offset_of_run;
    for (Index i = 0; i < count; ++i) dx[i] = dy[i] * a[i * step];
  });
}

Shape Standardize::infer(std::span<const Shape> inputs) const { return fitting(inputs[0], over); }

template <class T>
void Standardize::run_forward(const OpCall<T>& call) const {
  for_each_run(call.input_shape[0], over, [&](Index offset, Index count, Index position, Index step) {
    const T* x = call.input[0] + offset;
    const T* m = (call.input[1] == nullptr ? mean.as<T>() : call.input[1]) + position;
    const T* v = (call.input[2] == nullptr ? variance.as<T>() : call.input[2]) + position;
    T* y = call.output + offset;
    if (invert) {
      for (Index i = 0; i < count; ++i) y[i] = m[i * step] + x[i] * deviation(v[i * step]);
    } else {
      for (Index i = 0; i < count; ++i) y[i] = (x[i] - m[i * step]) / deviation(v[i * step]);
    }
  });
}

template <class T>
void Standardize::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  for_each_run(call.input_shape[0], over, [&](Index offset, Index count, Index position, Index step) {
    const T* dy = call.output_grad + offset;
    const T* v = (call.input[2] == nullptr ? variance.as<T>() : call.input[2]) + position;
    T* dx = call.input_grad[0] + offset;
    for (Index i = 0; i < count; ++i) {
      dx[i] = invert ? dy[i] * deviation(v[i * step]) : dy[i] / deviation(v[i * step]);
    }
  });
}

WAVETRAIN_INSTANTIATE_OP(Rescale)
WAVETRAIN_INSTANTIATE_OP(Standardize)

}  // namespace wavetrain::ops
