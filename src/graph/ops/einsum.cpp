#include "graph/ops/einsum.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "graph/ops/broadcast.hpp"
#include "graph/ops/instantiate.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

namespace {

// The bias' shape with the output's rank.
Shape over_output(Shape bias, int rank) {
  while (bias.rank() < rank) bias = bias.with_first(1);
  return bias;
}

}  // namespace

// All letters, those of the output first, with their sizes and their strides through the three arrays (0 where absent).
struct Einsum::Letters {
  static constexpr int kMost = 2 * Shape::kMaxRank;
  int count = 0;
  std::array<Index, kMost> size{}, x{}, kernel{}, y{};

  // Calls f(position in x, in the kernel, in y) for every combination, in ascending order.
  template <class F>
  void for_each(F f) const {
    for (int i = 0; i < count; ++i) {
      if (size[static_cast<std::size_t>(i)] == 0) return;
    }
    std::array<Index, kMost> at{};
    Index px = 0, pk = 0, py = 0;
    while (true) {
      f(px, pk, py);
      int i = count - 1;
      for (; i >= 0; --i) {
        const auto k = static_cast<std::size_t>(i);
        px += x[k];
        pk += kernel[k];
        py += y[k];
        if (++at[k] < size[k]) break;
        px -= x[k] * size[k];
        pk -= kernel[k] * size[k];
        py -= y[k] * size[k];
        at[k] = 0;
      }
      if (i < 0) return;
    }
  }
};

Einsum::Letters Einsum::letters(const Shape& x, const Shape& kernel) const {
  Letters result;
  const auto strides = [](const Shape& shape, const std::string& text, char letter) {
    const std::size_t place = text.find(letter);
    return place == std::string::npos ? Index{0} : shape.size_from(static_cast<int>(place) + 1);
  };
  Shape y;
  for (const char letter : y_letters) {
    const std::size_t in_x = x_letters.find(letter);
    y.push_back(in_x != std::string::npos ? x[static_cast<int>(in_x)]
                                          : kernel[static_cast<int>(kernel_letters.find(letter))]);
  }
  std::string all = y_letters;
  for (const std::string* text : {&x_letters, &kernel_letters}) {
    for (const char letter : *text) {
      if (all.find(letter) == std::string::npos) all += letter;
    }
  }
  for (const char letter : all) {
    const auto i = static_cast<std::size_t>(result.count++);
    const std::size_t in_x = x_letters.find(letter);
    result.size[i] =
        in_x != std::string::npos ? x[static_cast<int>(in_x)] : kernel[static_cast<int>(kernel_letters.find(letter))];
    result.x[i] = strides(x, x_letters, letter);
    result.kernel[i] = strides(kernel, kernel_letters, letter);
    result.y[i] = strides(y, y_letters, letter);
  }
  return result;
}

Shape Einsum::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  const Shape& kernel = inputs[1];
  if (x.rank() != static_cast<int>(x_letters.size())) {
    throw ValueError(fmt::format("expected ndim={}, found ndim={}. Full shape received: {}", x_letters.size(), x.rank(),
                                 to_string(x)));
  }
  Shape y;
  for (const char letter : y_letters) {
    const std::size_t in_x = x_letters.find(letter);
    y.push_back(in_x != std::string::npos ? x[static_cast<int>(in_x)]
                                          : kernel[static_cast<int>(kernel_letters.find(letter))]);
  }
  for (std::size_t i = 0; i < x_letters.size(); ++i) {
    const std::size_t in_kernel = kernel_letters.find(x_letters[i]);
    const Index size = x[static_cast<int>(i)];
    if (in_kernel != std::string::npos && size >= 0 && size != kernel[static_cast<int>(in_kernel)]) {
      throw ValueError(fmt::format("expected axis {} of input shape to have value {}, but received input with shape {}",
                                   i, kernel[static_cast<int>(in_kernel)], to_string(x)));
    }
  }
  return y;
}

double Einsum::cost(std::span<const Shape> inputs, const Shape& output) const {
  double cost = 2.0 * static_cast<double>(output.size());
  for (std::size_t i = 0; i < x_letters.size(); ++i) {
    if (y_letters.find(x_letters[i]) == std::string::npos) cost *= static_cast<double>(inputs[0][static_cast<int>(i)]);
  }
  return cost;
}

template <class T>
void Einsum::run_forward(const OpCall<T>& call) const {
  std::fill_n(call.output, call.output_shape.size(), T{0});
  letters(call.input_shape[0], call.input_shape[1]).for_each([&](Index x, Index kernel, Index y) {
    call.output[y] += call.input[0][x] * call.input[1][kernel];
  });
  if (call.input[2] == nullptr) return;
  for_each_run(call.output_shape, over_output(call.input_shape[2], call.output_shape.rank()),
               [&](Index offset, Index count, Index position, Index step) {
                 for (Index i = 0; i < count; ++i) call.output[offset + i] += call.input[2][position + i * step];
               });
}

template <class T>
void Einsum::run_backward(const OpCall<T>& call) const {
  for (std::size_t i = 0; i < 3; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  T* dx = call.input_grad[0];
  T* dkernel = call.input_grad[1];
  letters(call.input_shape[0], call.input_shape[1]).for_each([&](Index x, Index kernel, Index y) {
    if (dx != nullptr) dx[x] += call.output_grad[y] * call.input[1][kernel];
    if (dkernel != nullptr) dkernel[kernel] += call.output_grad[y] * call.input[0][x];
  });
  if (call.input_grad[2] == nullptr) return;
  for_each_run(call.output_shape, over_output(call.input_shape[2], call.output_shape.rank()),
               [&](Index offset, Index count, Index position, Index step) {
                 for (Index i = 0; i < count; ++i)
                   call.input_grad[2][position + i * step] += call.output_grad[offset + i];
               });
}

WAVETRAIN_INSTANTIATE_OP(Einsum)

}  // namespace wavetrain::ops
