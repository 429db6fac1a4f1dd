#include "cpu/adaptive_optimizers.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/adaptive_optimizers.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_loop-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

HWY_INLINE FloatVector all(float value) { return hn::Set(FloatTag(), value); }
HWY_INLINE FloatVector all(double value) { return all(static_cast<float>(value)); }

// average += (value - average) rest
HWY_INLINE FloatVector follow(FloatVector average, FloatVector value, FloatVector rest) {
  return hn::MulAdd(hn::Sub(value, average), rest, average);
}

void Adagrad(float learning_rate, float epsilon, Index n, float* w, const float* g, float* accumulator) {
  const FloatVector rate = all(learning_rate), eps = all(epsilon);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g);
    const FloatVector a = hn::MulAdd(gradient, gradient, at.load(accumulator));
    at.store(a, accumulator);
    at.store(hn::Sub(at.load(w), hn::Div(hn::Mul(rate, gradient), hn::Sqrt(hn::Add(a, eps)))), w);
  });
}

void Adadelta(const AdadeltaStep& step, Index n, float* w, const float* g, float* gradients, float* deltas) {
  const FloatVector rate = all(step.learning_rate), eps = all(step.epsilon);
  const FloatVector rho = all(step.rho), rest = all(1 - step.rho);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g), b = at.load(deltas);
    const FloatVector a = hn::MulAdd(rho, at.load(gradients), hn::Mul(rest, hn::Mul(gradient, gradient)));
    at.store(a, gradients);
    const FloatVector delta = hn::Div(hn::Mul(hn::Sqrt(hn::Add(b, eps)), gradient), hn::Sqrt(hn::Add(a, eps)));
    at.store(hn::MulAdd(rho, b, hn::Mul(rest, hn::Mul(delta, delta))), deltas);
    at.store(hn::NegMulAdd(rate, delta, at.load(w)), w);
  });
}

void Adamax(const AdamaxStep& step, Index n, float* w, const float* g, float* m, float* u) {
  const FloatVector size = all(step.step_size), eps = all(step.epsilon);
  const FloatVector rest = all(1 - step.beta_1), keep = all(step.beta_2);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g);
    const FloatVector mean = follow(at.load(m), gradient, rest);
    at.store(mean, m);
    const FloatVector old = hn::Mul(keep, at.load(u)), now = hn::Abs(gradient);
    // Not Max, which drops NaN.
    const FloatVector norm = hn::IfThenElse(hn::Gt(old, now), old, hn::IfThenElse(hn::Eq(old, old), now, old));
    at.store(norm, u);
    at.store(hn::Sub(at.load(w), hn::Div(hn::Mul(size, mean), hn::Add(norm, eps))), w);
  });
}

void Nadam(const NadamStep& step, Index n, float* w, const float* g, float* m, float* v) {
  const FloatVector rest_1 = all(1 - step.beta_1), rest_2 = all(1 - step.beta_2), eps = all(step.epsilon);
  const FloatVector m_factor = all(step.m_factor), g_factor = all(step.g_factor), correction = all(step.correction);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g);
    const FloatVector mean = follow(at.load(m), gradient, rest_1);
    const FloatVector square = follow(at.load(v), hn::Mul(gradient, gradient), rest_2);
    at.store(mean, m);
    at.store(square, v);
    const FloatVector move = hn::MulAdd(m_factor, mean, hn::Mul(g_factor, gradient));
    at.store(hn::Sub(at.load(w), hn::Div(move, hn::Add(hn::Sqrt(hn::Mul(square, correction)), eps))), w);
  });
}

void Lion(const LionStep& step, Index n, float* w, const float* g, float* m) {
  const FloatVector rate = all(step.learning_rate), zero = all(0.0f);
  const FloatVector keep_1 = all(step.beta_1), rest_1 = all(1 - step.beta_1);
  const FloatVector keep_2 = all(step.beta_2), rest_2 = all(1 - step.beta_2);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g), old = at.load(m);
    const FloatVector direction = hn::MulAdd(old, keep_1, hn::Mul(gradient, rest_1));
    at.store(hn::MulAdd(old, keep_2, hn::Mul(gradient, rest_2)), m);
    // The sign of 0 is 0, that of NaN is NaN.
    const auto moves = hn::Or(hn::Gt(direction, zero), hn::Lt(direction, zero));
    const FloatVector move = hn::IfThenElse(moves, hn::CopySign(rate, direction), hn::Mul(direction, zero));
    at.store(hn::Sub(at.load(w), move), w);
  });
}

void Ftrl(const FtrlStep& step, Index n, float* w, const float* g, float* accumulator, float* linear) {
  const FloatVector rate = all(step.learning_rate), quadratic = all(step.quadratic), shrinkage = all(step.shrinkage);
  const FloatVector high = all(step.l1), low = all(-step.l1);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g), weight = at.load(w), old = at.load(accumulator);
    const FloatVector sum = hn::MulAdd(gradient, gradient, old);
    at.store(sum, accumulator);
    const FloatVector root = hn::Sqrt(sum);
    const FloatVector sigma = hn::Div(hn::Sub(root, hn::Sqrt(old)), rate);
    const FloatVector z =
        hn::Add(at.load(linear), hn::NegMulAdd(sigma, weight, hn::MulAdd(shrinkage, weight, gradient)));
    at.store(z, linear);
    const FloatVector clipped = hn::IfThenElse(hn::Gt(z, high), high, hn::IfThenElse(hn::Lt(z, low), low, z));
    at.store(hn::Div(hn::Sub(clipped, z), hn::Add(hn::Div(root, rate), quadratic)), w);
  });
}

void LambDirection(const LambStep& step, Index n, const float* g, float* m, float* v, float* r) {
  const FloatVector rest_1 = all(1 - step.beta_1), rest_2 = all(1 - step.beta_2), eps = all(step.epsilon);
  const FloatVector m_correction = all(step.m_correction), v_correction = all(step.v_correction);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g);
    const FloatVector mean = follow(at.load(m), gradient, rest_1);
    const FloatVector square = follow(at.load(v), hn::Mul(gradient, gradient), rest_2);
    at.store(mean, m);
    at.store(square, v);
    at.store(hn::Div(hn::Mul(mean, m_correction), hn::Add(hn::Sqrt(hn::Mul(square, v_correction)), eps)), r);
  });
}

void ScheduleFree(const ScheduleFreeStep& step, Index n, float* w, const float* g, float* z, float* v) {
  const FloatVector rate = all(step.learning_rate), rest_2 = all(1 - step.beta_2), eps = all(step.epsilon);
  const FloatVector keep_1 = all(step.beta_1), rest_1 = all(1 - step.beta_1), correction = all(step.correction);
  const FloatVector share = all(step.share), others = all(1 - step.share);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    const FloatVector gradient = at.load(g), z_old = at.load(z);
    const FloatVector square = follow(at.load(v), hn::Mul(gradient, gradient), rest_2);
    at.store(square, v);
    const FloatVector scale = hn::Add(hn::Sqrt(hn::Mul(square, correction)), eps);
    const FloatVector z_new = hn::Sub(z_old, hn::Div(hn::Mul(rate, gradient), scale));
    at.store(z_new, z);
    const FloatVector x_old = hn::Div(hn::NegMulAdd(rest_1, z_old, at.load(w)), keep_1);
    const FloatVector x = hn::MulAdd(others, x_old, hn::Mul(share, z_new));
    at.store(hn::MulAdd(rest_1, z_new, hn::Mul(keep_1, x)), w);
  });
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Adagrad);
WAVETRAIN_EXPORT(Adadelta);
WAVETRAIN_EXPORT(Adamax);
WAVETRAIN_EXPORT(Nadam);
WAVETRAIN_EXPORT(Lion);
WAVETRAIN_EXPORT(Ftrl);
WAVETRAIN_EXPORT(LambDirection);
WAVETRAIN_EXPORT(ScheduleFree);

void adagrad_step(float learning_rate, float epsilon, Index n, float* w, const float* g, float* accumulator) {
  WAVETRAIN_DISPATCH(Adagrad)(learning_rate, epsilon, n, w, g, accumulator);
}
void adadelta_step(const AdadeltaStep& step, Index n, float* w, const float* g, float* gradients, float* deltas) {
  WAVETRAIN_DISPATCH(Adadelta)(step, n, w, g, gradients, deltas);
}
void adamax_step(const AdamaxStep& step, Index n, float* w, const float* g, float* m, float* u) {
  WAVETRAIN_DISPATCH(Adamax)(step, n, w, g, m, u);
}
void nadam_step(const NadamStep& step, Index n, float* w, const float* g, float* m, float* v) {
  WAVETRAIN_DISPATCH(Nadam)(step, n, w, g, m, v);
}
void lion_step(const LionStep& step, Index n, float* w, const float* g, float* m) {
  WAVETRAIN_DISPATCH(Lion)(step, n, w, g, m);
}
void ftrl_step(const FtrlStep& step, Index n, float* w, const float* g, float* accumulator, float* linear) {
  WAVETRAIN_DISPATCH(Ftrl)(step, n, w, g, accumulator, linear);
}
void lamb_direction(const LambStep& step, Index n, const float* g, float* m, float* v, float* r) {
  WAVETRAIN_DISPATCH(LambDirection)(step, n, g, m, v, r);
}
void schedule_free_step(const ScheduleFreeStep& step, Index n, float* w, const float* g, float* z, float* v) {
  WAVETRAIN_DISPATCH(ScheduleFree)(step, n, w, g, z, v);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
