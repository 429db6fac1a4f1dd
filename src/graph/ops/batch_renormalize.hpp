// Batch renormalisation (Ioffe, 2017): batch normalisation of which training is pulled towards moving statistics.
//
// In training, with the batch's mean and (biased) variance, r = sqrt(variance + epsilon) / renorm_stddev and
// d = (mean - renorm_mean) / renorm_stddev, both constants for the gradient:
//   y = ((x - mean) / sqrt(variance + epsilon) · r + d) · gamma + beta
// In inference, or frozen, it is batch normalisation with the moving mean and variance.
#pragma once

#include <optional>

#include "graph/ops/batch_normalize.hpp"
#include "reference/normalize.hpp"

namespace wavetrain::ops {

struct BatchRenormalize final : OpMath<BatchRenormalize> {
  BatchNormalize plain;  // axis, momentum, epsilon, frozen, by_step
  double renorm_momentum = 0.99;
  std::optional<double> r_min{}, r_max{}, d_max{};

  // Inputs: x, gamma (optional), beta (optional), moving mean, moving variance, mask (optional), samples
  // (plain.by_step), as those of BatchNormalize. States: moving mean, moving variance, moving stddev, renorm mean,
  // renorm stddev.
  std::string_view name() const override { return "batch_renormalize"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool sample_wise(bool training) const override { return plain.sample_wise(training); }
  bool backward_reads_output() const override { return false; }
  // What is kept of the batch, or of every step, and the mask as bytes.
  Index saved_size(std::span<const Shape> inputs, const Shape& output) const override;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;

 private:
  template <class T>
  void normalize(const OpCall<T>& call, const T* x, T* y, T* moments, const reference::Kept& mask,
                 const Shape& shape) const;
  template <class T>
  void normalize_backward(const OpCall<T>& call, const T* x, const T* dy, T* dx, const T* moments,
                          const reference::Kept& mask, const Shape& shape) const;
};

}  // namespace wavetrain::ops
