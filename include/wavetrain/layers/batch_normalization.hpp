// BatchNormalization, as keras.layers.BatchNormalization of Keras 3.15.1.
//
//   input   any rank >= 2; statistics are per position of `axis`, over all other axes
//   output  the same shape: gamma · (x - mean) / sqrt(variance + epsilon) + beta
//   weights gamma, beta, moving_mean, moving_variance, each of the size of `axis`
//   mask    passed on
//
// In training, mean and variance (divided by n, not n - 1) are those of the batch, and the moving ones follow:
// moving = moving · momentum + batch · (1 - momentum). In inference, and always when `trainable` is false, the moving
// ones are used.
//
// With `renorm`, training uses batch renormalisation (graph/ops/batch_renormalize.hpp), limited by renorm_clipping, and
// there are three more weights: moving_stddev, renorm_mean, renorm_stddev.
#pragma once

#include <array>

#include "wavetrain/layer.hpp"

namespace wavetrain::ops {
struct BatchNormalize;
}

namespace wavetrain::layers {

// Limits of batch renormalisation's corrections; absent: none.
struct RenormClipping {
  std::optional<double> rmax{};
  std::optional<double> rmin{};
  std::optional<double> dmax{};
  friend bool operator==(const RenormClipping&, const RenormClipping&) = default;
};

}  // namespace wavetrain::layers

template <>
struct wavetrain::Codec<wavetrain::layers::RenormClipping> {
  static std::string type() { return "dict or None"; }
  static Config to_config(const layers::RenormClipping& value);
  // Throws ValueError for other keys than rmax, rmin and dmax.
  static layers::RenormClipping from_config(const Config& config);
};

namespace wavetrain::layers {

struct BatchNormalization {
  Index axis = -1;
  double momentum = 0.99;
  double epsilon = 0.001;
  bool center = true;
  bool scale = true;
  Initializer beta_initializer = "zeros";
  Initializer gamma_initializer = "ones";
  Initializer moving_mean_initializer = "zeros";
  Initializer moving_variance_initializer = "ones";
  Regularizer beta_regularizer{};
  Regularizer gamma_regularizer{};
  Constraint beta_constraint{};
  Constraint gamma_constraint{};
  bool renorm = false;
  RenormClipping renorm_clipping{};
  double renorm_momentum = 0.99;
  bool synchronized = false;  // one process: nothing to synchronise with

  // Common to all layers.
  std::string name{};
  bool trainable = true;
  DType dtype{};
  OptionalShape input_shape{};

  static const Description& description();
  Tensor lower(Lowering& graph, Tensor x) const;

 private:
  Tensor lower_renorm(Lowering& graph, Tensor x, const ops::BatchNormalize& plain,
                      const std::array<Tensor, 5>& weights) const;
};

}  // namespace wavetrain::layers
