#include "cpu/activation.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/activation.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/activation_functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// Calls body(function) with the struct from activation_functions-inl.h that computes `activation`.
template <class Body>
auto with_function(const wavetrain::Activation& activation, Body body) {
  using namespace activations;
  using Kind = ActivationKind;
  const ActivationParams& p = activation.params();
  switch (activation.kind()) {
    case Kind::relu:
      if (p.threshold == 0.0f && p.max_value == std::numeric_limits<float>::infinity()) {
        if (p.negative_slope == 0.0f) return body(Relu());
        if (p.negative_slope > 0.0f) return body(LeakyRelu{p.negative_slope});
        return body(NegativeLeakyRelu{p.negative_slope});
      }
      if (p.threshold == 0.0f && p.max_value == 6.0f && p.negative_slope == 0.0f) return body(Relu6());
      return body(GeneralRelu{p.negative_slope, p.max_value, p.threshold});
    case Kind::relu6: return body(Relu6());
    case Kind::leaky_relu:
      if (p.negative_slope >= 0.0f) return body(LeakyRelu{p.negative_slope});
      return body(NegativeLeakyRelu{p.negative_slope});
    case Kind::elu:
      if (p.alpha >= 0.0f) return body(Elu{p.alpha});
      return body(NegativeElu{p.alpha});
    case Kind::selu: return body(Selu());
    case Kind::celu: return body(Celu{p.alpha});
    case Kind::softplus: return body(Softplus());
    case Kind::softsign: return body(Softsign());
    case Kind::sigmoid: return body(Sigmoid());
    case Kind::hard_sigmoid: return body(HardSigmoid());
    case Kind::keras2_hard_sigmoid: return body(Keras2HardSigmoid());
    case Kind::log_sigmoid: return body(LogSigmoid());
    case Kind::sparse_sigmoid: return body(SparseSigmoid());
    case Kind::tanh: return body(Tanh());
    case Kind::hard_tanh: return body(HardTanh());
    case Kind::tanh_shrink: return body(TanhShrink());
    case Kind::soft_shrink: return body(SoftShrink{p.threshold});
    case Kind::hard_shrink: return body(HardShrink{p.threshold});
    case Kind::threshold: return body(Threshold{p.threshold, p.default_value});
    case Kind::exponential: return body(Exponential());
    case Kind::gelu: return p.approximate ? body(GeluTanh()) : body(Gelu());
    case Kind::silu: return body(Silu());
    case Kind::hard_silu: return body(HardSilu());
    case Kind::mish: return body(Mish());
    case Kind::squareplus: return body(Squareplus{p.b});
    case Kind::sparse_plus: return body(SparsePlus());
    case Kind::linear:
    case Kind::softmax:
    case Kind::log_softmax:
    case Kind::sparsemax:
    case Kind::glu: break;
  }
  return body(Linear());
}

void Forward(const wavetrain::Activation& activation, Index n, const float* x, float* y) {
  with_function(activation, [&](auto function) HWY_ATTR {
    for_each_vector(n, [&](auto at) HWY_ATTR { at.store(function(FloatTag(), at.load(x)), y); });
  });
}

void Backward(const wavetrain::Activation& activation, Index n, const float* x, const float* y, const float* dy,
              float* dx) {
  with_function(activation, [&](auto function) HWY_ATTR {
    constexpr BackwardNeeds kNeeds = decltype(function)::kNeeds;
    const float* value = kNeeds == BackwardNeeds::x ? x : kNeeds == BackwardNeeds::y ? y : dy;
    for_each_vector(
        n, [&](auto at) HWY_ATTR { at.store(function.gradient(FloatTag(), at.load(value), at.load(dy)), dx); });
  });
}

void ReluBackward(Index n, const float* y, float scale, const float* dy, float* dx) {
  const FloatTag d;
  const FloatVector factor = hn::Set(d, scale), zero = hn::Zero(d);
  for_each_vector(n, [&](auto at) HWY_ATTR {
    at.store(hn::IfThenElseZero(hn::Gt(at.load(y), zero), hn::Mul(at.load(dy), factor)), dx);
  });
}

BackwardNeeds Needs(const wavetrain::Activation& activation) {
  return with_function(activation, [](auto function) HWY_ATTR { return decltype(function)::kNeeds; });
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "cpu/softmax.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::cpu {

WAVETRAIN_EXPORT(Forward);
WAVETRAIN_EXPORT(Backward);
WAVETRAIN_EXPORT(ReluBackward);
WAVETRAIN_EXPORT(Needs);

BackwardNeeds backward_needs(const wavetrain::Activation& activation) {
  switch (activation.kind()) {
    case ActivationKind::softmax:
    case ActivationKind::log_softmax: return BackwardNeeds::y;
    case ActivationKind::sparsemax:
    case ActivationKind::glu: return BackwardNeeds::x;
    default: return WAVETRAIN_DISPATCH(Needs)(activation);
  }
}

bool is_elementwise(const wavetrain::Activation& activation) { return activation.kind() < ActivationKind::softmax; }

Index activation_output_size(const wavetrain::Activation& activation, Index size) {
  if (activation.kind() != ActivationKind::glu) return size;
  if (size % 2 != 0) throw ValueError(fmt::format("glu halves its axis, whose size must be even. Received: {}", size));
  return size / 2;
}

void activation_forward(const wavetrain::Activation& activation, Index outer, Index size, Index inner, const float* x,
                        float* y) {
  switch (activation.kind()) {
    case ActivationKind::softmax: return softmax_forward(outer, size, inner, x, y);
    case ActivationKind::log_softmax: return log_softmax_forward(outer, size, inner, x, y);
    case ActivationKind::sparsemax: return sparsemax_forward(outer, size, inner, x, y);
    case ActivationKind::glu: return glu_forward(outer, activation_output_size(activation, size) * inner, x, y);
    case ActivationKind::linear:
      if (x != y) std::copy_n(x, outer * size * inner, y);
      return;
    default: return WAVETRAIN_DISPATCH(Forward)(activation, outer * size * inner, x, y);
  }
}

void activation_backward(const wavetrain::Activation& activation, Index outer, Index size, Index inner, const float* x,
                         const float* y, const float* dy, float* dx) {
  switch (activation.kind()) {
    case ActivationKind::softmax: return softmax_backward(outer, size, inner, y, dy, dx);
    case ActivationKind::log_softmax: return log_softmax_backward(outer, size, inner, y, dy, dx);
    case ActivationKind::sparsemax: return sparsemax_backward(outer, size, inner, x, dy, dx);
    case ActivationKind::glu: return glu_backward(outer, activation_output_size(activation, size) * inner, x, dy, dx);
    case ActivationKind::linear:
      if (dy != dx) std::copy_n(dy, outer * size * inner, dx);
      return;
    default: return WAVETRAIN_DISPATCH(Backward)(activation, outer * size * inner, x, y, dy, dx);
  }
}

void relu_backward(Index n, const float* y, float scale, const float* dy, float* dx) {
  WAVETRAIN_DISPATCH(ReluBackward)(n, y, scale, dy, dx);
}

}  // namespace wavetrain::cpu
#endif  // HWY_ONCE
