// One optimizer step over a flat span of weights: SGD, RMSprop and Adam with their variants, as Keras 3.15.1 computes
// them.
//
// All arrays have n elements; w is the weights, g their gradient (read only), the rest the optimizer's state. Every
// element is on its own, so a call may be split anywhere. Nothing allocates or throws.
//
// beta and rho are double, because Keras forms 1 - beta in Python before it becomes a float: 1.0f - 0.999f is off by
// 5e-5.
//
// Each step does, in Keras' order: g' = clip(g · gradient_scale); w -= w · decay; then the update.
#pragma once

#include <cstdint>
#include <limits>

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

// What all optimizers share.
struct StepOptions {
  float gradient_scale = 1.0f;                                // 1/loss scale, 1/accumulated steps, clipping by norm
  float clip_value = std::numeric_limits<float>::infinity();  // elementwise bound after scaling (clipvalue)
  float decay = 0.0f;                                         // decoupled weight decay: weight_decay · learning rate
};

// momentum 0: w -= lr g (velocity may be null). Else v = momentum v - lr g, and w += v, or with nesterov
// w += momentum v - lr g.
struct SgdStep {
  float learning_rate;
  float momentum = 0.0f;
  bool nesterov = false;
  StepOptions options = {};
};
void sgd_step(const SgdStep& step, Index n, float* w, const float* g, float* velocity);

// v = rho v + (1 - rho) g²; centered: a = rho a + (1 - rho) g and denominator v - a² + epsilon, else v + epsilon;
// increment = lr g / sqrt(denominator); w -= increment, or with momentum m = momentum m + increment, w -= m.
// momentum_state is read only if momentum > 0, average_gradient only if centered.
struct RmspropStep {
  float learning_rate;
  double rho = 0.9;
  float momentum = 0.0f;
  float epsilon = 1e-7f;
  bool centered = false;
  StepOptions options = {};
};
void rmsprop_step(const RmspropStep& step, Index n, float* w, const float* g, float* velocity, float* momentum_state,
                  float* average_gradient);

// m += (g - m)(1 - beta_1); v += (g² - v)(1 - beta_2); w -= step_size · m / (sqrt(v) + epsilon). With amsgrad the
// largest v so far (v_max, else unread) stands in the denominator. epsilon joins the uncorrected root: not PyTorch's
// formula.
struct AdamStep {
  float step_size;  // learning_rate · sqrt(1 - beta_2^t) / (1 - beta_1^t), t counting from 1
  double beta_1 = 0.9;
  double beta_2 = 0.999;
  float epsilon = 1e-7f;
  bool amsgrad = false;
  StepOptions options = {};
};
void adam_step(const AdamStep& step, Index n, float* w, const float* g, float* m, float* v, float* v_max);

}  // namespace wavetrain::cpu
