// Optimizers (keras.optimizers, Keras 3.15.1).
//
//     model.compile({.optimizer = "adam"});
//     model.compile({.optimizer = optimizers::SGD{.learning_rate = 0.1, .momentum = 0.9, .clipnorm = 1.0}});
//
// The structs are the settings; `Optimizer` (optimizer.hpp) is one of them with what it keeps from step to step. Below,
// g is the gradient, w the weight, lr the learning rate, t = 1, 2, ... the step. Formulas are Keras'.
//
// A user's own optimizer is a described struct with a field `LearningRate learning_rate` and
//     std::vector<OptimizerSlot> slots() const;
//     void update(const OptimizerRange& range) const;
// It may have any of the common arguments (WAVETRAIN_OPTIMIZER_ARGUMENTS, or only some) and
//     static constexpr bool kWholeWeights = true;   // update() needs all of a weight at once, not any part of it
//     // With kWholeWeights: the shape of a slot where it is not the weight's own; nullopt where a weight has none.
//     std::optional<Shape> slot_shape(std::size_t slot, const OptimizerWeight& weight) const;
//     std::optional<double> decay(const OptimizerWeight& weight) const;  // where it is not `weight_decay` for all
//     std::vector<std::string> scalars() const;     // numbers that it keeps beside the slots, 1 at first
//     void begin_step(std::span<float> scalars, Index step) const;  // changes them, before the updates of a step
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wavetrain/learning_rate.hpp"

// The arguments that all optimizers have, behind their own, in Keras' order.
#define WAVETRAIN_OPTIMIZER_ARGUMENTS      \
  std::optional<double> weight_decay = {}; \
  WAVETRAIN_OPTIMIZER_ARGUMENTS_AFTER_WEIGHT_DECAY
#define WAVETRAIN_OPTIMIZER_ARGUMENTS_AFTER_WEIGHT_DECAY \
  std::optional<double> clipnorm = {};                   \
  std::optional<double> clipvalue = {};                  \
  std::optional<double> global_clipnorm = {};            \
  bool use_ema = false;                                  \
  double ema_momentum = 0.99;                            \
  std::optional<Index> ema_overwrite_frequency = {};     \
  std::optional<double> loss_scale_factor = {};          \
  std::optional<Index> gradient_accumulation_steps = {}; \
  std::optional<std::string> name = {};

namespace wavetrain {

// One array per weight, of the weight's shape unless slot_shape says otherwise. In files, slots of the same group
// alternate from weight to weight; groups follow each other.
struct OptimizerSlot {
  std::string name;  // appended to the weight's: "kernel_momentum"
  int group = 0;     // negative: room for update() to work in, which is no state and in no file
  double initial_value = 0;
  bool starts_as_weight = false;  // a copy of the weight instead
};

inline constexpr std::size_t kMaxOptimizerSlots = 4;

// A weight as an optimizer knows it.
struct OptimizerWeight {
  Shape shape;
  std::string path;  // "sequential/dense/kernel"
};

// A stretch of one weight or of several that lie next to each other; with kWholeWeights exactly one weight.
struct OptimizerRange {
  float* w = nullptr;        // (size,) in and out
  const float* g = nullptr;  // (size,)
  Index size = 0;
  std::array<float*, kMaxOptimizerSlots> slots{};  // each (size,) in and out, in the order of slots(); or null
  double learning_rate = 0;
  Index step = 1;                           // t
  std::span<const float> scalars{};         // in the order of scalars()
  const OptimizerWeight* weight = nullptr;  // the one, or the first of several
};

namespace optimizers {

// w -= lr g. With momentum u: m = u m - lr g, w += m; nesterov: w += u m - lr g with the new m.
struct SGD {
  LearningRate learning_rate = 0.01;
  double momentum = 0.0;
  bool nesterov = false;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// v = rho v + (1 - rho) g²; i = lr g / sqrt(v + epsilon), centered with v - a² instead of v, a = rho a + (1 - rho) g;
// w -= i, or with momentum: m = momentum m + i, w -= m.
struct RMSprop {
  LearningRate learning_rate = 0.001;
  double rho = 0.9;
  double momentum = 0.0;
  double epsilon = 1e-7;
  bool centered = false;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// m += (1 - beta_1)(g - m); v += (1 - beta_2)(g² - v); w -= lr sqrt(1 - beta_2^t) / (1 - beta_1^t) · m / (sqrt(v) +
// epsilon). epsilon joins the uncorrected sqrt(v), unlike PyTorch's. amsgrad: the largest v so far instead of v.
struct Adam {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// Adam with decoupled weight decay.
struct AdamW {
  LearningRate learning_rate = 0.001;
  std::optional<double> weight_decay = 0.004;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  bool amsgrad = false;
  WAVETRAIN_OPTIMIZER_ARGUMENTS_AFTER_WEIGHT_DECAY
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// a += g²; w -= lr g / sqrt(a + epsilon).
struct Adagrad {
  LearningRate learning_rate = 0.001;
  double initial_accumulator_value = 0.1;
  double epsilon = 1e-7;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// a = rho a + (1 - rho) g²; d = sqrt(b + epsilon) / sqrt(a + epsilon) g; b = rho b + (1 - rho) d²; w -= lr d.
struct Adadelta {
  LearningRate learning_rate = 0.001;
  double rho = 0.95;
  double epsilon = 1e-7;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// m as Adam; u = max(beta_2 u, |g|); w -= lr m / ((1 - beta_1^t)(u + epsilon)).
struct Adamax {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// Adam with Nesterov's momentum: u_t = beta_1 (1 - 0.96^t / 2), U = u_1 ... u_t;
// w -= lr (u_{t+1} m / (1 - U u_{t+1}) + (1 - u_t) g / (1 - U)) / (sqrt(v / (1 - beta_2^t)) + epsilon).
struct Nadam {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  std::vector<std::string> scalars() const;
  void begin_step(std::span<float> scalars, Index step) const;
  void update(const OptimizerRange& range) const;
};

// Follow the regularized leader: n' = n + g²; z += g + 2 l2_shrinkage w - (n'^-p - n^-p)/lr w, p = learning_rate_power;
// w = (clip(z, -l1, l1) - z) / (n'^-p / lr + 2 (l2 + beta / (2 lr))).
struct Ftrl {
  LearningRate learning_rate = 0.001;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0.0;
  double l2_regularization_strength = 0.0;
  double l2_shrinkage_regularization_strength = 0.0;
  double beta = 0.0;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// w -= lr sign(beta_1 m + (1 - beta_1) g); m = beta_2 m + (1 - beta_2) g.
struct Lion {
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.99;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// Adam's second moment kept as the outer product of row means r and column means c of g² + epsilon_1, over the last two
// dimensions (as v itself for weights of rank 0 and 1); both averaged with 1 - t^beta_2_decay. u = g / sqrt(v),
// rho = min(lr, 1 / sqrt(t)): w -= max(epsilon_2, rms(w)) rho u / max(1, rms(u) / clip_threshold). (Shazeer & Stern,
// "Adafactor", 2018.) relative_step changes nothing, as in Keras, where rho has that minimum anyway.
struct Adafactor {
  static constexpr bool kWholeWeights = true;
  LearningRate learning_rate = 0.001;
  double beta_2_decay = -0.8;
  double epsilon_1 = 1e-30;
  double epsilon_2 = 1e-3;
  double clip_threshold = 1.0;
  bool relative_step = true;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  std::optional<Shape> slot_shape(std::size_t slot, const OptimizerWeight& weight) const;
  void update(const OptimizerRange& range) const;
};

// For matrices: m = momentum m + g; the update is O = (with nesterov) g + momentum m, or m, made nearly orthogonal by
// ns_steps of the iteration X = muon_a X + (muon_b A + muon_c A²) X, A = X Xᵀ, from X = O / |O|;
// w -= lr X sqrt(max(rows, columns)) rms_rate. For all other weights, those whose path matches one of exclude_layers
// (regular expressions) and, with exclude_embeddings, those with "embedding" in their path: AdamW with
// adam_weight_decay and lr adam_lr_ratio. (Jordan et al., "Muon", 2024; Liu et al., 2025, for rms_rate.)
struct Muon {
  static constexpr bool kWholeWeights = true;
  LearningRate learning_rate = 0.001;
  double adam_beta_1 = 0.9;
  double adam_beta_2 = 0.999;
  std::optional<double> adam_weight_decay = 0.004;
  double epsilon = 1e-7;
  std::optional<double> weight_decay = 0.004;
  WAVETRAIN_OPTIMIZER_ARGUMENTS_AFTER_WEIGHT_DECAY
  std::vector<std::string> exclude_layers = {};
  bool exclude_embeddings = true;
  double muon_a = 3.4445;
  double muon_b = -4.775;
  double muon_c = 2.0315;
  double adam_lr_ratio = 1;
  double momentum = 0.95;
  Index ns_steps = 5;
  bool nesterov = true;
  std::optional<double> rms_rate = 0.2;
  static const Description& description();
  void check() const;
  std::vector<OptimizerSlot> slots() const;
  std::optional<Shape> slot_shape(std::size_t slot, const OptimizerWeight& weight) const;
  std::optional<double> decay(const OptimizerWeight& weight) const;
  void update(const OptimizerRange& range) const;
};

// AdamW without a schedule: v as Adam, z -= lr g / (sqrt(v / (1 - beta_2^t)) + epsilon), x = (1 - 1/t) x + z / t,
// w = (1 - beta_1) z + beta_1 x; x is not kept, it follows from w and z. lr rises linearly over the first warmup_steps.
// (Defazio et al., "The road less scheduled", 2024.)
struct ScheduleFreeAdamW {
  LearningRate learning_rate = 0.0025;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-8;
  Index warmup_steps = 0;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

// r = Adam's step with both moments corrected, m' / (sqrt(v') + epsilon); w -= lr |w| / |r| r, norms over the whole
// weight.
struct Lamb {
  static constexpr bool kWholeWeights = true;
  LearningRate learning_rate = 0.001;
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  double epsilon = 1e-7;
  WAVETRAIN_OPTIMIZER_ARGUMENTS
  static const Description& description();
  std::vector<OptimizerSlot> slots() const;
  void update(const OptimizerRange& range) const;
};

}  // namespace optimizers
}  // namespace wavetrain
