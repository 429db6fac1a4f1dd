// Activation functions: Keras 3.15.1's keras.activations, by name or with arguments.
//
//     layers::Dense{.units = 8, .activation = "relu"}
//     Activation::leaky_relu(0.1f)
//
// A name selects Keras' defaults. Functions with other arguments have no name in a layer's configuration; in Keras they
// are layers of their own (ReLU, LeakyReLU, ELU, Softmax), which use the same class underneath.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "wavetrain/describe.hpp"

namespace wavetrain {

enum class ActivationKind {
  linear,
  relu,
  relu6,
  leaky_relu,
  elu,
  selu,
  celu,
  softplus,
  softsign,
  sigmoid,
  hard_sigmoid,
  log_sigmoid,
  sparse_sigmoid,
  tanh,
  hard_tanh,
  tanh_shrink,
  soft_shrink,
  hard_shrink,
  threshold,
  exponential,
  gelu,
  silu,
  hard_silu,
  mish,
  squareplus,
  sparse_plus,
  softmax,
  log_softmax,
  sparsemax,
  glu,
  keras2_hard_sigmoid,  // 0.2 x + 0.5 between 0 and 1: what Keras 2 called hard_sigmoid; Keras 3 has none
};

// The arguments of all kinds; each reads only its own. Activation(kind) fills in that kind's defaults.
struct ActivationParams {
  float alpha = 1.0f;                                        // elu, celu
  float negative_slope = 0.0f;                               // relu; leaky_relu 0.2
  float max_value = std::numeric_limits<float>::infinity();  // relu; infinity is Keras' None
  float threshold = 0.0f;                                    // relu, threshold; soft_shrink and hard_shrink 0.5
  float default_value = 0.0f;                                // threshold
  float b = 4.0f;                                            // squareplus
  bool approximate = false;                                  // gelu: the tanh form instead of erf

  friend bool operator==(const ActivationParams&, const ActivationParams&) = default;
};

class Activation {
 public:
  Activation() = default;        // linear
  Activation(std::nullptr_t) {}  // NOLINT: implicit on purpose; Keras' None is linear
  // "relu", "softmax" … with Keras' defaults; "swish" is silu, "hard_swish" hard_silu, "None" linear. Throws ValueError
  // for an unknown name, and for "threshold", which has no defaults.
  Activation(const char* name);         // NOLINT
  Activation(const std::string& name);  // NOLINT
  Activation(ActivationKind kind);      // NOLINT
  Activation(ActivationKind kind, const ActivationParams& params) : kind_(kind), params_(params) {}

  static Activation relu(float negative_slope, float max_value = std::numeric_limits<float>::infinity(),
                         float threshold = 0.0f);
  static Activation leaky_relu(float negative_slope);
  static Activation elu(float alpha);
  static Activation celu(float alpha);
  static Activation threshold(float threshold, float default_value);
  static Activation soft_shrink(float threshold);
  static Activation hard_shrink(float threshold);
  static Activation gelu(bool approximate);
  static Activation squareplus(float b);

  ActivationKind kind() const { return kind_; }
  const ActivationParams& params() const { return params_; }
  // Keras' name of the function ("silu" for "swish").
  std::string name() const;
  // True when the arguments are those that name() stands for.
  bool has_default_params() const { return *this == Activation(kind_); }
  // Every name that the constructor takes, without the aliases.
  static const std::vector<std::string>& names();

  friend bool operator==(const Activation&, const Activation&) = default;

 private:
  ActivationKind kind_ = ActivationKind::linear;
  ActivationParams params_;
};

template <>
struct Codec<Activation> {
  static std::string type() { return "activation name or None"; }
  // The name, or the layer of Keras that has these arguments. Throws ValueError when there is none.
  static Config to_config(const Activation& activation);
  // A name, None, or a layer that is a function (ReLU, LeakyReLU, ELU, Softmax over the last axis), as Keras writes
  // `activation=LeakyReLU()`. Throws ValueError for the description of a custom function, which would be Python code.
  static Activation from_config(const Config& config);
};

}  // namespace wavetrain
