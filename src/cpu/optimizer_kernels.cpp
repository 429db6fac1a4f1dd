#include "cpu/optimizer_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/optimizer_kernels.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"
#include "cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Scaled and clipped gradient, decayed weight.
class Prepare {
 public:
  HWY_INLINE explicit Prepare(const StepOptions& o)
      : scale_(hn::Set(FloatTag(), o.gradient_scale)), keep_(hn::Set(FloatTag(), -o.decay)), clip_(o.clip_value) {}
  HWY_INLINE FloatVector gradient(FloatVector g) const {
    const FloatTag d;
    return vector_math::at_least(d, vector_math::at_most(d, hn::Mul(g, scale_), clip_), -clip_);
  }
  HWY_INLINE FloatVector weight(FloatVector w) const { return hn::MulAdd(w, keep_, w); }

 private:
  FloatVector scale_, keep_;
  float clip_;
};

void Sgd(const SgdStep& step, Index n, float* w, const float* g, float* velocity) {
  const FloatTag d;
  const Prepare prepare(step.options);
  const FloatVector rate = hn::Set(d, step.learning_rate), momentum = hn::Set(d, step.momentum);
  if (step.momentum == 0.0f) {
    for_each_vector(n, [&](auto at) HWY_ATTR {
      at.store(hn::NegMulAdd(rate, prepare.gradient(at.load(g)), prepare.weight(at.load(w))), w);
    });
    return;
  }
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector change = hn::Mul(rate, prepare.gradient(at.load(g)));
    const FloatVector v = hn::MulSub(momentum, at.load(velocity), change);
    at.store(v, velocity);
    const FloatVector move = step.nesterov ? hn::MulSub(momentum, v, change) : v;
    at.store(hn::Add(prepare.weight(at.load(w)), move), w);
  });
}

template <bool kCentered, bool kMomentum>
void rmsprop(const RmspropStep& step, Index n, float* w, const float* g, float* velocity, float* momentum_state,
             float* average_gradient) {
  const FloatTag d;
  const Prepare prepare(step.options);
  const FloatVector rate = hn::Set(d, step.learning_rate), rho = hn::Set(d, static_cast<float>(step.rho));
  const FloatVector rest = hn::Set(d, static_cast<float>(1.0 - step.rho)), epsilon = hn::Set(d, step.epsilon);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = prepare.gradient(at.load(g));
    const FloatVector v = hn::MulAdd(rho, at.load(velocity), hn::Mul(rest, hn::Mul(gradient, gradient)));
    at.store(v, velocity);
    FloatVector denominator = hn::Add(v, epsilon);
    if constexpr (kCentered) {
      const FloatVector a = hn::MulAdd(rho, at.load(average_gradient), hn::Mul(rest, gradient));
      at.store(a, average_gradient);
      denominator = hn::Add(hn::NegMulAdd(a, a, v), epsilon);
    }
    FloatVector move = hn::Div(hn::Mul(rate, gradient), hn::Sqrt(denominator));
    if constexpr (kMomentum) {
      move = hn::MulAdd(hn::Set(d, step.momentum), at.load(momentum_state), move);
      at.store(move, momentum_state);
    }
    at.store(hn::Sub(prepare.weight(at.load(w)), move), w);
  });
}

void Rmsprop(const RmspropStep& step, Index n, float* w, const float* g, float* velocity, float* momentum_state,
             float* average_gradient) {
  const bool momentum = step.momentum > 0.0f;
  const auto run = step.centered ? (momentum ? rmsprop<true, true> : rmsprop<true, false>)
                                 : (momentum ? rmsprop<false, true> : rmsprop<false, false>);
  run(step, n, w, g, velocity, momentum_state, average_gradient);
}

template <bool kAmsgrad>
void adam(const AdamStep& step, Index n, float* w, const float* g, float* m, float* v, float* v_max) {
  const FloatTag d;
  const Prepare prepare(step.options);
  const FloatVector rest_1 = hn::Set(d, static_cast<float>(1.0 - step.beta_1));
  const FloatVector rest_2 = hn::Set(d, static_cast<float>(1.0 - step.beta_2));
  const FloatVector step_size = hn::Set(d, step.step_size), epsilon = hn::Set(d, step.epsilon);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = prepare.gradient(at.load(g));
    const FloatVector m_old = at.load(m), v_old = at.load(v);
    const FloatVector m_new = hn::MulAdd(hn::Sub(gradient, m_old), rest_1, m_old);
    const FloatVector v_new = hn::MulAdd(hn::MulSub(gradient, gradient, v_old), rest_2, v_old);
    at.store(m_new, m);
    at.store(v_new, v);
    FloatVector v_used = v_new;
    if constexpr (kAmsgrad) {
      v_used = hn::Max(v_new, at.load(v_max));
      at.store(v_used, v_max);
    }
    const FloatVector move = hn::Div(hn::Mul(step_size, m_new), hn::Add(hn::Sqrt(v_used), epsilon));
    at.store(hn::Sub(prepare.weight(at.load(w)), move), w);
  });
}

void Adam(const AdamStep& step, Index n, float* w, const float* g, float* m, float* v, float* v_max) {
  (step.amsgrad ? adam<true> : adam<false>)(step, n, w, g, m, v, v_max);
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Sgd);
WAVETRAIN_EXPORT(Rmsprop);
WAVETRAIN_EXPORT(Adam);

void sgd_step(const SgdStep& step, Index n, float* w, const float* g, float* velocity) {
  WAVETRAIN_DISPATCH(Sgd)(step, n, w, g, velocity);
}
void rmsprop_step(const RmspropStep& step, Index n, float* w, const float* g, float* velocity, float* momentum_state,
                  float* average_gradient) {
  WAVETRAIN_DISPATCH(Rmsprop)(step, n, w, g, velocity, momentum_state, average_gradient);
}
void adam_step(const AdamStep& step, Index n, float* w, const float* g, float* m, float* v, float* v_max) {
  WAVETRAIN_DISPATCH(Adam)(step, n, w, g, m, v, v_max);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
