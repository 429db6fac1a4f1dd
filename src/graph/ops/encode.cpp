#include "graph/ops/encode.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {
namespace {

template <class T>
void no_gradient(const OpCall<T>& call) {
  if (call.input_grad[0] != nullptr) std::fill_n(call.input_grad[0], call.input_shape[0].size(), T{0});
}

}  // namespace

Discretize::Discretize(std::vector<double> ascending) : boundaries(ascending.begin(), ascending.end()) {}

template <class T>
void Discretize::run_forward(const OpCall<T>& call) const {
  for (Index i = 0; i < call.output_shape.size(); ++i) {
    const auto x = static_cast<float>(call.input[0][i]);
    const auto above = std::isnan(x) ? boundaries.end() : std::upper_bound(boundaries.begin(), boundaries.end(), x);
    call.output[i] = static_cast<T>(above - boundaries.begin());
  }
}

template <class T>
void Discretize::run_backward(const OpCall<T>& call) const {
  no_gradient(call);
}

Encoding parse_encoding(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name == "one_hot") return Encoding::one_hot;
  if (name == "multi_hot" || name == "binary") return Encoding::multi_hot;
  if (name == "count") return Encoding::count;
  throw ValueError(fmt::format("Unknown arg for output_mode: {}", text));
}

Shape Encode::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  Shape y{x[0]};
  for (int axis = 1; axis < x.rank(); ++axis) {
    const bool dropped = mode == Encoding::one_hot ? axis == x.rank() - 1 && x[axis] == 1 : axis == 1;
    if (!dropped) y.push_back(x[axis]);
  }
  y.push_back(depth);
  return y;
}

template <class T>
void Encode::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  std::fill_n(call.output, call.output_shape.size(), T{0});
  // (samples, summed, others): one_hot sums nothing.
  const bool sums = mode != Encoding::one_hot && x.rank() > 1;
  const Index summed = sums ? x[1] : 1, others = x.size_from(sums ? 2 : 1);
  for (Index n = 0; n < x[0]; ++n) {
    for (Index s = 0; s < summed; ++s) {
      for (Index i = 0; i < others; ++i) {
        const T token = std::trunc(call.input[0][(n * summed + s) * others + i]);
        if (!(token >= 0 && token < static_cast<T>(depth))) continue;
        T& y = call.output[(n * others + i) * depth + static_cast<Index>(token)];
        y = mode == Encoding::count ? y + 1 : T{1};
      }
    }
  }
}

template <class T>
void Encode::run_backward(const OpCall<T>& call) const {
  no_gradient(call);
}

WAVETRAIN_INSTANTIATE_OP(Discretize)
WAVETRAIN_INSTANTIATE_OP(Encode)

}  // namespace wavetrain::ops
