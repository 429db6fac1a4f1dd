// Batch normalisation of the steps of samples, each step with statistics of its own: how a batch falls into steps.
#pragma once

#include <algorithm>
#include <cstdint>

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

// Sample-major rows: row n of step t is n·steps + t. Copies the rows of one step together, or back.
template <class T>
void take_step(const T* from, T* to, Index samples, Index steps, Index t, Index size) {
  for (Index n = 0; n < samples; ++n) std::copy_n(from + (n * steps + t) * size, size, to + n * size);
}
template <class T>
void put_step(const T* from, T* to, Index samples, Index steps, Index t, Index size) {
  for (Index n = 0; n < samples; ++n) std::copy_n(from + n * size, size, to + (n * steps + t) * size);
}

// How a batch falls into steps, and where what is saved lies: `kept` values of every step, then room for the values of
// one step three times and for its mask. Input 5 is the mask (optional), the first dimension of input 6 the number of
// samples.
template <class T>
struct Steps {
  Index samples, steps, size, kept;
  T *first, *x, *y, *dx;

  Steps(const OpCall<T>& call, Index kept_values)
      : samples(call.input_shape[6][0]),
        steps(samples > 0 ? call.input_shape[0][0] / samples : 0),
        size(call.input_shape[0].size_from(1)),
        kept(kept_values),
        first(call.saved),
        x(first + kept * steps),
        y(x + samples * size),
        dx(y + samples * size) {}
  static Index saved_size(std::span<const Shape> inputs, Index kept_values) {
    const Index mask = inputs[5].rank() > 0 ? inputs[5].size() : 0;
    return kept_values * (inputs[0][0] / std::max<Index>(inputs[6][0], 1)) + 3 * inputs[0].size() + mask;
  }
  T* of(Index t) const { return first + kept * t; }
  Shape step_shape(const OpCall<T>& call) const { return call.input_shape[0].without_first().with_first(samples); }
  // Of one step, (samples, ...) bytes; null without one.
  const std::uint8_t* step_mask(const OpCall<T>& call, Index t) const {
    if (call.input[5] == nullptr) return nullptr;
    auto* const bytes = reinterpret_cast<std::uint8_t*>(dx + samples * size);
    const Index row = call.input_shape[5].size_from(1);
    for (Index n = 0; n < samples; ++n) {
      for (Index i = 0; i < row; ++i) bytes[n * row + i] = call.input[5][(n * steps + t) * row + i] != 0 ? 1 : 0;
    }
    return bytes;
  }
};

}  // namespace wavetrain::ops
