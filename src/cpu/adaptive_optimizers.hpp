// One optimizer step over a flat span of weights for the optimizers beyond SGD, RMSprop and Adam
// (optimizer_kernels.hpp), as Keras 3.15.1 computes them (optimizers.hpp has the formulas).
//
// All arrays have n elements; w is the weights, g their gradient (read only), the rest the optimizer's state. Every
// element is on its own, so a call may be split anywhere. Nothing allocates or throws. What depends on the step alone
// comes in as a finished number.
#pragma once

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

void adagrad_step(float learning_rate, float epsilon, Index n, float* w, const float* g, float* accumulator);

struct AdadeltaStep {
  float learning_rate;
  double rho;
  float epsilon;
};
void adadelta_step(const AdadeltaStep& step, Index n, float* w, const float* g, float* gradients, float* deltas);

struct AdamaxStep {
  float step_size;  // learning rate / (1 - beta_1^t)
  double beta_1;
  float beta_2;
  float epsilon;
};
void adamax_step(const AdamaxStep& step, Index n, float* w, const float* g, float* m, float* u);

// w -= (m_factor m + g_factor g) / (sqrt(v correction) + epsilon)
struct NadamStep {
  float beta_1, beta_2;  // 1 - beta is of the rounded one. (Not double: GCC 12 leaves out a rounding to and fro.)
  float m_factor, g_factor;
  float correction;  // 1 / (1 - beta_2^t)
  float epsilon;
};
void nadam_step(const NadamStep& step, Index n, float* w, const float* g, float* m, float* v);

struct LionStep {
  float learning_rate;
  double beta_1, beta_2;
};
void lion_step(const LionStep& step, Index n, float* w, const float* g, float* m);

// learning_rate_power must be -0.5.
struct FtrlStep {
  float learning_rate;
  float l1;
  float quadratic;  // 2 (l2 + beta / (2 lr))
  float shrinkage;  // 2 l2_shrinkage
};
void ftrl_step(const FtrlStep& step, Index n, float* w, const float* g, float* accumulator, float* linear);

// Moments as Adam; r = m m_correction / (sqrt(v v_correction) + epsilon). The weights are left to the caller.
struct LambStep {
  double beta_1, beta_2;
  float m_correction, v_correction;
  float epsilon;
};
void lamb_direction(const LambStep& step, Index n, const float* g, float* m, float* v, float* r);

// See optimizers::ScheduleFreeAdamW.
struct ScheduleFreeStep {
  float learning_rate;
  float beta_1, beta_2;  // as in NadamStep
  float correction;      // 1 / (1 - beta_2^t)
  float share;           // 1 / t
  float epsilon;
};
void schedule_free_step(const ScheduleFreeStep& step, Index n, float* w, const float* g, float* z, float* v);

}  // namespace wavetrain::cpu
