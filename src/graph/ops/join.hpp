// Two outputs of a bidirectional layer made one: (B, ..., u) and (B, ..., v) to (B, ..., u + v), or, equal in shape,
// their sum, product or mean; there u or v may also be 1, which goes for all of the other. With `flip` the second is
// (B, T, v) and runs backwards in time.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

enum class JoinMode { concat, sum, mul, ave };

struct Join final : OpMath<Join> {
  JoinMode mode = JoinMode::concat;
  bool flip = false;

  std::string_view name() const override { return "join"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override { return mode == JoinMode::mul; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

  // The same for samples [first, last), from whole arrays.
  template <class T>
  void forward_range(const Shape& a_shape, const Shape& b_shape, const T* a, const T* b, T* y, Index first,
                     Index last) const;
  // da and db may be null.
  template <class T>
  void backward_range(const Shape& a_shape, const Shape& b_shape, const T* a, const T* b, const T* dy, T* da, T* db,
                      Index first, Index last) const;
};

}  // namespace wavetrain::ops
