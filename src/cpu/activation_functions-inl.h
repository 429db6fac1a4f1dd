// The elementwise activations on Highway vectors: value and derivative, one struct for each.
//
//   y = f(d, x)
//   dx = f.gradient(d, v, dy), with v = y when kNeeds is y, v = x when it is x
//
// Formulas are keras.activations' (3.15.1). At kinks, where Keras' backends differ, the derivative is TensorFlow's,
// except celu at 0, where TensorFlow's adds up both sides. NaN goes through to y as in Keras: soft_shrink, hard_shrink
// (0) and threshold (default_value) swallow it, as does relu with a threshold and no slope. What dx is where x is NaN
// is not promised.
//
// Per-target header: include it inside a file that goes through hwy/foreach_target.h.

#if defined(WAVETRAIN_CPU_ACTIVATION_FUNCTIONS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef WAVETRAIN_CPU_ACTIVATION_FUNCTIONS_INL_H_
#undef WAVETRAIN_CPU_ACTIVATION_FUNCTIONS_INL_H_
#else
#define WAVETRAIN_CPU_ACTIVATION_FUNCTIONS_INL_H_
#endif

#include <limits>

#include "cpu/activation.hpp"
#include "cpu/vector_loop-inl.h"
#include "cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {
namespace activations {

using vector_math::at_least;
using vector_math::at_most;
using D = FloatTag;
using V = FloatVector;

HWY_INLINE V set(D d, float value) { return hn::Set(d, value); }

struct Linear {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::nothing;
  HWY_INLINE V operator()(D, V x) const { return x; }
  HWY_INLINE V gradient(D, V, V dy) const { return dy; }
};

// max(x, 0).
struct Relu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return at_least(d, x, 0.0f); }
  HWY_INLINE V gradient(D d, V y, V dy) const { return hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), dy); }
};

// min(max(x, 0), 6), derivative 0 at both ends.
struct Relu6 {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return at_most(d, at_least(d, x, 0.0f), 6.0f); }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    return hn::IfThenElseZero(hn::And(hn::Gt(y, hn::Zero(d)), hn::Lt(y, set(d, 6.0f))), dy);
  }
};

// x above 0, slope·x below. From y alone, so the slope must not be negative.
struct LeakyRelu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  float slope;
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(x, set(d, slope)));
  }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    return hn::IfThenElse(hn::Gt(y, hn::Zero(d)), dy, hn::Mul(dy, set(d, slope)));
  }
};

// relu with any arguments: (x if x > threshold else 0), clipped to [0, max_value] if there is one, minus
// slope·max(threshold - x, 0).
struct GeneralRelu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float slope, max_value, threshold;
  HWY_INLINE float min_value() const {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    return max_value < kInfinity ? 0.0f : -kInfinity;
  }
  HWY_INLINE V operator()(D d, V x) const {
    V y = threshold == 0.0f ? at_least(d, x, 0.0f) : hn::IfThenElseZero(hn::Gt(x, set(d, threshold)), x);
    y = at_most(d, at_least(d, y, min_value()), max_value);
    if (slope == 0.0f) return y;  // slope·infinity would be NaN
    return hn::NegMulAdd(set(d, slope), at_least(d, hn::Sub(set(d, threshold), x), 0.0f), y);
  }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V t = set(d, threshold);
    const auto inside = hn::And(hn::Gt(x, t), hn::And(hn::Ge(x, set(d, min_value())), hn::Le(x, set(d, max_value))));
    const V below = hn::IfThenElseZero(hn::Lt(x, t), hn::Mul(dy, set(d, slope)));
    return hn::Add(hn::IfThenElseZero(inside, dy), below);
  }
};

// As LeakyRelu, for a negative slope.
struct NegativeLeakyRelu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float slope;
  HWY_INLINE V operator()(D d, V x) const { return LeakyRelu{slope}(d, x); }
  HWY_INLINE V gradient(D d, V x, V dy) const { return LeakyRelu{slope}.gradient(d, x, dy); }
};

// x above 0, alpha·(exp(x) - 1) below, where the derivative is y + alpha. From y alone, so alpha must not be negative.
struct Elu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  float alpha;
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), x, hn::Mul(set(d, alpha), expm1(d, x)));
  }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    return hn::IfThenElse(hn::Gt(y, hn::Zero(d)), dy, hn::Mul(dy, hn::Add(y, set(d, alpha))));
  }
};

struct NegativeElu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float alpha;
  HWY_INLINE V operator()(D d, V x) const { return Elu{alpha}(d, x); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), dy, hn::Mul(dy, hn::Mul(set(d, alpha), exp(d, x))));
  }
};

// scale·elu(x), Klambauer et al. 2017.
struct Selu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  static constexpr float kScale = 1.0507009873554805f;
  static constexpr float kScaleAlpha = static_cast<float>(1.0507009873554805 * 1.6732632423543772);
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Mul(set(d, kScale), x),
                          hn::Mul(set(d, kScaleAlpha), expm1(d, x)));
  }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    const V below = hn::Add(y, set(d, kScaleAlpha));
    return hn::Mul(dy, hn::IfThenElse(hn::Lt(y, hn::Zero(d)), below, set(d, kScale)));
  }
};

// x above 0, alpha·(exp(x/alpha) - 1) below; y and x have the same sign for any alpha.
struct Celu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  float alpha;
  HWY_INLINE V operator()(D d, V x) const {
    const V a = set(d, alpha);
    const V below = hn::Mul(a, expm1(d, hn::Div(at_most(d, x, 0.0f), a)));
    return hn::Add(at_least(d, x, 0.0f), below);
  }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    const V below = hn::Mul(dy, hn::Add(hn::Div(y, set(d, alpha)), set(d, 1.0f)));
    return hn::IfThenElse(hn::Lt(y, hn::Zero(d)), below, dy);
  }
};

// log(1 + exp(x)); the derivative sigmoid(x) is 1 - exp(-y).
struct Softplus {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return softplus(d, x); }
  HWY_INLINE V gradient(D d, V y, V dy) const { return hn::Neg(hn::Mul(dy, expm1(d, hn::Neg(y)))); }
};

// -softplus(-x); the derivative sigmoid(-x) is 1 - exp(y).
struct LogSigmoid {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return hn::Neg(softplus(d, hn::Neg(x))); }
  HWY_INLINE V gradient(D d, V y, V dy) const { return hn::Neg(hn::Mul(dy, expm1(d, y))); }
};

// x / (1 + |x|); NaN at infinity, as in Keras.
struct Softsign {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const { return hn::Div(x, hn::Add(set(d, 1.0f), hn::Abs(x))); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V r = hn::Div(set(d, 1.0f), hn::Add(set(d, 1.0f), hn::Abs(x)));
    return hn::Mul(dy, hn::Mul(r, r));
  }
};

struct Sigmoid {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return sigmoid(d, x); }
  HWY_INLINE V gradient(D d, V y, V dy) const { return hn::Mul(dy, hn::Mul(y, hn::Sub(set(d, 1.0f), y))); }
};

// relu6(x + 3) / 6.
struct HardSigmoid {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return hn::Mul(Relu6()(d, hn::Add(x, set(d, 3.0f))), set(d, 1.0f / 6.0f)); }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    const auto inside = hn::And(hn::Gt(y, hn::Zero(d)), hn::Lt(y, set(d, 1.0f)));
    return hn::IfThenElseZero(inside, hn::Mul(dy, set(d, 1.0f / 6.0f)));
  }
};

// 0.2 x + 0.5 between 0 and 1.
struct Keras2HardSigmoid {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const {
    return at_most(d, at_least(d, hn::Add(hn::Mul(set(d, 0.2f), x), set(d, 0.5f)), 0.0f), 1.0f);
  }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    const auto inside = hn::And(hn::Gt(y, hn::Zero(d)), hn::Lt(y, set(d, 1.0f)));
    return hn::IfThenElseZero(inside, hn::Mul(dy, set(d, 0.2f)));
  }
};

// (x + 1) / 2 between -1 and 1.
struct SparseSigmoid {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const {
    return at_most(d, at_least(d, hn::Mul(set(d, 0.5f), hn::Add(x, set(d, 1.0f))), 0.0f), 1.0f);
  }
  HWY_INLINE V gradient(D d, V y, V dy) const {
    const auto inside = hn::And(hn::Gt(y, hn::Zero(d)), hn::Lt(y, set(d, 1.0f)));
    return hn::IfThenElseZero(inside, hn::Mul(dy, set(d, 0.5f)));
  }
};

struct Tanh {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return tanh(d, x); }
  HWY_INLINE V gradient(D d, V y, V dy) const { return hn::Mul(dy, hn::NegMulAdd(y, y, set(d, 1.0f))); }
};

// x clipped to [-1, 1]; the derivative is 1 at both ends.
struct HardTanh {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const { return at_most(d, at_least(d, x, -1.0f), 1.0f); }
  HWY_INLINE V gradient(D d, V x, V dy) const { return hn::IfThenElseZero(hn::Le(hn::Abs(x), set(d, 1.0f)), dy); }
};

struct TanhShrink {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const { return hn::Sub(x, tanh(d, x)); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V t = tanh(d, x);
    return hn::Mul(dy, hn::Mul(t, t));
  }
};

// x - threshold above it, x + threshold below its negative, else 0.
struct SoftShrink {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float threshold;
  HWY_INLINE V operator()(D d, V x) const {
    const V t = set(d, threshold);
    const V below = hn::IfThenElseZero(hn::Lt(x, hn::Neg(t)), hn::Add(x, t));
    return hn::IfThenElse(hn::Gt(x, t), hn::Sub(x, t), below);
  }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V t = set(d, threshold);
    return hn::IfThenElseZero(hn::Or(hn::Gt(x, t), hn::Lt(x, hn::Neg(t))), dy);
  }
};

// x where |x| > threshold, else 0.
struct HardShrink {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float threshold;
  HWY_INLINE V operator()(D d, V x) const { return gradient(d, x, x); }
  HWY_INLINE V gradient(D d, V x, V dy) const { return hn::IfThenElseZero(hn::Gt(hn::Abs(x), set(d, threshold)), dy); }
};

// x above the threshold, else default_value.
struct Threshold {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float threshold, default_value;
  HWY_INLINE V operator()(D d, V x) const {
    return hn::IfThenElse(hn::Gt(x, set(d, threshold)), x, set(d, default_value));
  }
  HWY_INLINE V gradient(D d, V x, V dy) const { return hn::IfThenElseZero(hn::Gt(x, set(d, threshold)), dy); }
};

struct Exponential {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::y;
  HWY_INLINE V operator()(D d, V x) const { return exp(d, x); }
  HWY_INLINE V gradient(D, V y, V dy) const { return hn::Mul(dy, y); }
};

// x·Phi(x) with Phi(x) = (1 + erf(x/√2)) / 2; derivative Phi(x) + x·phi(x).
struct Gelu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V normal_cdf(D d, V x) const {
    const V half = set(d, 0.5f);
    return hn::MulAdd(half, erf(d, hn::Mul(x, set(d, 0.70710678118654752f))), half);
  }
  HWY_INLINE V operator()(D d, V x) const { return hn::Mul(x, normal_cdf(d, x)); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V density = hn::Mul(set(d, 0.39894228040143268f), exp_nonpositive(d, hn::Mul(set(d, -0.5f), hn::Mul(x, x))));
    return hn::Mul(dy, hn::MulAdd(x, density, normal_cdf(d, x)));
  }
};

// sigmoid(x) and its derivative, which is not taken as s(1 - s): where s is near 1 that has lost its digits, and silu
// and gelu multiply it by x.
struct SigmoidAndSlope {
  HWY_INLINE SigmoidAndSlope(D d, V x) {
    const V one = set(d, 1.0f);
    const V e = exp_nonpositive(d, hn::Neg(hn::Abs(x)));
    const V r = hn::Div(one, hn::Add(one, e));
    const V er = hn::Mul(e, r);
    value = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), er, r);
    slope = hn::Mul(er, r);
  }
  V value, slope;
};

// x/2·(1 + tanh(u)) with u = √(2/π)·(x + 0.044715 x³), which is x·sigmoid(2u).
struct GeluTanh {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  static constexpr float kScale = 2.0f * 0.79788456080286536f;  // 2√(2/π)
  static constexpr float kCubic = 0.044715f;
  HWY_INLINE V twice_u(D d, V x) const {
    return hn::Mul(hn::Mul(set(d, kScale), x), hn::MulAdd(set(d, kCubic), hn::Mul(x, x), set(d, 1.0f)));
  }
  HWY_INLINE V operator()(D d, V x) const { return hn::Mul(x, sigmoid(d, twice_u(d, x))); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const SigmoidAndSlope s(d, twice_u(d, x));
    // Far out the slope is 0 and the rest of the product would overflow.
    const V z = at_least(d, at_most(d, x, 1e6f), -1e6f);
    const V inner = hn::Mul(set(d, kScale), hn::MulAdd(set(d, 3.0f * kCubic), hn::Mul(z, z), set(d, 1.0f)));
    return hn::Mul(dy, hn::MulAdd(hn::Mul(z, inner), s.slope, s.value));
  }
};

// x·sigmoid(x).
struct Silu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const { return hn::Mul(x, sigmoid(d, x)); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const SigmoidAndSlope s(d, x);
    return hn::Mul(dy, hn::MulAdd(x, s.slope, s.value));
  }
};

// x·hard_sigmoid(x).
struct HardSilu {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const { return hn::Mul(x, HardSigmoid()(d, x)); }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V y = HardSigmoid()(d, x);
    return hn::Mul(dy, hn::Add(y, HardSigmoid().gradient(d, y, x)));
  }
};

// x·tanh(softplus(x)). With w = exp(x) and n = w(w + 2), tanh(log(1 + w)) = n/(n + 2) without cancellation, and its
// derivative is 4w(w + 1)/(n + 2)². From 20 on both have reached their limits.
struct Mish {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const {
    const V two = set(d, 2.0f);
    const V w = exp_below(d, x);
    const V n = hn::Mul(w, hn::Add(w, two));
    return hn::Mul(x, hn::Div(n, hn::Add(n, two)));
  }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V two = set(d, 2.0f);
    const V w = exp_below(d, x);
    const V n = hn::Mul(w, hn::Add(w, two));
    const V r = hn::Div(set(d, 1.0f), hn::Add(n, two));
    const V slope = hn::Mul(hn::Mul(set(d, 4.0f), hn::Mul(hn::MulAdd(w, w, w), r)), r);
    return hn::Mul(dy, hn::MulAdd(x, slope, hn::Mul(n, r)));
  }
  HWY_INLINE V exp_below(D d, V x) const { return exp(d, at_most(d, x, 20.0f)); }
};

// (x + √(x² + b)) / 2.
struct Squareplus {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  float b;
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Mul(set(d, 0.5f), hn::Add(x, hn::Sqrt(hn::MulAdd(x, x, set(d, b)))));
  }
  HWY_INLINE V gradient(D d, V x, V dy) const {
    const V half = set(d, 0.5f);
    const V ratio = hn::Div(x, hn::Sqrt(hn::MulAdd(x, x, set(d, b))));
    return hn::Mul(dy, hn::MulAdd(half, ratio, half));
  }
};

// 0 up to -1, (x + 1)²/4 up to 1, then x.
struct SparsePlus {
  static constexpr BackwardNeeds kNeeds = BackwardNeeds::x;
  HWY_INLINE V operator()(D d, V x) const {
    const V one = set(d, 1.0f);
    const V u = hn::Mul(set(d, 0.5f), hn::Add(x, one));
    const V y = hn::IfThenElse(hn::Ge(x, one), x, hn::Mul(u, u));
    return hn::IfThenZeroElse(hn::Le(x, hn::Neg(one)), y);
  }
  HWY_INLINE V gradient(D d, V x, V dy) const { return hn::Mul(dy, SparseSigmoid()(d, x)); }
};

}  // namespace activations
}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // WAVETRAIN_CPU_ACTIVATION_FUNCTIONS_INL_H_
