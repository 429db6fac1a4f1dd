// Random noise while training, other than dropout: Gaussian, added or multiplied, and alpha dropout.
#pragma once

#include "graph/ops/dropout.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

enum class NoiseKind { gaussian, gaussian_factor, alpha };

struct Noise final : OpMath<Noise> {
  NoiseKind kind = NoiseKind::gaussian;
  double amount = 0;  // deviation of the noise; for alpha the rate
  Shape noise_shape;  // alpha only, as of ops::Dropout

  std::string_view name() const override { return "noise"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool is_random() const override { return true; }
  bool is_identity_in_inference() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  // Alpha dropout: y = scale · x + shift where a value is kept, else `dropped`.
  struct AlphaNumbers {
    double scale, shift, dropped;
  };
  AlphaNumbers alpha_numbers() const;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

}  // namespace wavetrain::ops
