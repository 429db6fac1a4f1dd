// Batch normalisation over all axes but one.
#pragma once

#include "wavetrain/op.hpp"

namespace wavetrain::ops {

struct BatchNormalize final : OpMath<BatchNormalize> {
  int axis = -1;  // positive or negative, the batch counted
  double momentum = 0.99;
  double epsilon = 1e-3;
  bool frozen = false;  // inference formula in training, too
  // Samples are steps of samples (see Fold), and each step has its own statistics, in turn, as in Keras'
  // TimeDistributed. One more input says by its first dimension how many samples there are.
  bool by_step = false;

  // Inputs: x, gamma (optional), beta (optional), moving mean, moving variance, mask (optional; all axes of x but the
  // last) of the positions that count in the statistics. States: moving mean, moving variance.
  std::string_view name() const override { return "batch_normalize"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool sample_wise(bool training) const override { return !training || frozen; }
  bool backward_reads_output() const override { return false; }
  // Mean and variance as used, the mask as bytes.
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  // An input as (outer, channels, inner) around `axis`.
  struct Extent {
    Index outer, channels, inner;
  };
  Extent extent(const Shape& x) const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

 private:
  template <class T>
  void forward_steps(const OpCall<T>& call) const;
  template <class T>
  void backward_steps(const OpCall<T>& call) const;
  template <class T>
  void update_moving(const OpCall<T>& call, const T* mean, const T* variance, Index channels) const {
    const T m = static_cast<T>(momentum);
    for (Index c = 0; c < channels; ++c) {
      call.state[0][c] = call.state[0][c] * m + mean[c] * (T{1} - m);
      call.state[1][c] = call.state[1][c] * m + variance[c] * (T{1} - m);
    }
  }
};

}  // namespace wavetrain::ops
