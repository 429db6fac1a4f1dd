// The activation behind a matrix product: relu while the result is in registers, any other right after, while it is warm.
#pragma once

#include "cpu/activation.hpp"
#include "cpu/gemm.hpp"
#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

struct Epilogue {
  wavetrain::Activation forward_activation;
  wavetrain::Activation backward_activation;  // linear when the loss has taken the derivative into account

  explicit Epilogue(const KernelBuilder& b)
      : forward_activation(b.epilogue()), backward_activation(b.backward_epilogue()) {}

  bool is_relu() const {
    return forward_activation.kind() == ActivationKind::relu && forward_activation.has_default_params();
  }
  // What the product itself applies.
  Activation in_registers() const { return is_relu() ? Activation::relu : Activation::linear; }
  // The rest, in place.
  void finish(Index rows, Index row_size, float* y) const {
    if (is_relu() || forward_activation.kind() == ActivationKind::linear) return;
    activation_forward(forward_activation, rows, row_size, y, y);
  }
  bool has_derivative() const { return backward_activation.kind() != ActivationKind::linear; }
  // Turns d loss / d output into d loss / d product, in place.
  void differentiate(Index rows, Index row_size, const float* y, float* dy) const {
    if (has_derivative()) activation_backward(backward_activation, rows, row_size, nullptr, y, dy, dy);
  }
};

}  // namespace wavetrain::cpu
