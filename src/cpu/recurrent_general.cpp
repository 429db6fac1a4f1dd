// The general way: any activation, dropout of every kind, GRU with reset_after=False. Matrix products over all samples
// of the call, activations and elementwise loops row by row. Everything that a row needs lies in its slots.
#include <algorithm>

#include "cpu/activation.hpp"
#include "cpu/gemm.hpp"
#include "cpu/recurrent_layout.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/recurrent_general.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/gemm-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// body(j, count) for vectors of n elements from j on, `count` of whose lanes exist.
template <class Body>
HWY_INLINE void ForEachVector(Index n, Body body) {
  for (Index j = 0; j < n; j += kLanes) body(j, std::min(n - j, kLanes));
}

// sum (n) += a · b
void AddProduct(Index n, const float* a, const float* b, float* sum) {
  ForEachVector(n, [=](Index j, Index count) HWY_ATTR {
    StoreSome(hn::MulAdd(LoadSome(a + j, count), LoadSome(b + j, count), LoadSome(sum + j, count)), sum + j, count);
  });
}

// product (n) = a · b
void Product(Index n, const float* a, const float* b, float* product) {
  ForEachVector(n, [=](Index j, Index count) HWY_ATTR {
    StoreSome(hn::Mul(LoadSome(a + j, count), LoadSome(b + j, count)), product + j, count);
  });
}

// h = z·before + (1 - z)·g
void Mix(Index n, const float* z, const float* before, const float* g, float* h) {
  ForEachVector(n, [=](Index j, Index count) HWY_ATTR {
    const FloatVec candidate = LoadSome(g + j, count);
    const FloatVec mixed =
        hn::MulAdd(LoadSome(z + j, count), hn::Sub(LoadSome(before + j, count), candidate), candidate);
    StoreSome(mixed, h + j, count);
  });
}

// dz = dh·(before - g), dg = dh·(1 - z), dh = dh·z
void MixBackward(Index n, const float* z, const float* before, const float* g, float* dh, float* dz, float* dg) {
  ForEachVector(n, [=](Index j, Index count) HWY_ATTR {
    const FloatVec gate = LoadSome(z + j, count), d = LoadSome(dh + j, count);
    StoreSome(hn::Mul(d, hn::Sub(LoadSome(before + j, count), LoadSome(g + j, count))), dz + j, count);
    StoreSome(hn::NegMulAdd(gate, d, d), dg + j, count);
    StoreSome(hn::Mul(d, gate), dh + j, count);
  });
}

// dh += dy + repeated; repeated = what is left of it for the step before: all of `dy + repeated` when this one is
// masked, unless masked outputs are zero.
void AddOutputGradient(Index n, const float* dy, float* repeated, bool masked, bool zero_output, float* dh) {
  const FloatTag d;
  ForEachVector(n, [=](Index j, Index count) HWY_ATTR {
    FloatVec sum = dy == nullptr ? hn::Zero(d) : LoadSome(dy + j, count);
    if (repeated != nullptr) {
      sum = hn::Add(sum, LoadSome(repeated + j, count));
      StoreSome(masked && !zero_output ? sum : hn::Zero(d), repeated + j, count);
    }
    if (!masked) StoreSome(hn::Add(LoadSome(dh + j, count), sum), dh + j, count);
  });
}

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wavetrain::cpu {

WAVETRAIN_EXPORT(AddProduct);
WAVETRAIN_EXPORT(Product);
WAVETRAIN_EXPORT(Mix);
WAVETRAIN_EXPORT(MixBackward);
WAVETRAIN_EXPORT(AddOutputGradient);

namespace {

void add_product(Index n, const float* a, const float* b, float* sum) { WAVETRAIN_DISPATCH(AddProduct)(n, a, b, sum); }
void product(Index n, const float* a, const float* b, float* to) { WAVETRAIN_DISPATCH(Product)(n, a, b, to); }

const wavetrain::Activation& activation_of(const Recurrence& r, Index g) {
  return r.cell == Cell::simple_rnn || g == 2 ? r.activation : r.recurrent_activation;
}

// Weights as packed for one direction. Forward: W per gate (C to u), U per gate (u to u), both biases. Backward: U^T
// per gate, W^T.
struct GeneralWeights {
  const float* w;
  const float* u;
  const float* bias;
  Index w_size, u_size;

  GeneralWeights(const Recurrence& r, const float* packed)
      : w(packed), w_size(packed_floats(r.C, r.units)), u_size(packed_floats(r.units, r.units)) {
    u = w + r.gates() * w_size;
    bias = u + r.gates() * u_size;
  }
};

// The slots of one row.
struct Slots {
  float* data;
  const RecurrentLayout& layout;

  float* operator()(Index slot) const { return data + slot * layout.padded; }
  float* gate(Index g) const { return (*this)(RecurrentLayout::kGates + g); }
  float* inner() const { return (*this)(RecurrentLayout::kInner); }
  float* h() const { return (*this)(layout.h); }
  float* c() const { return (*this)(layout.c); }
  float* z(Index g) const { return (*this)(layout.z + g); }
  float* masked_h(Index g) const { return (*this)(layout.masked_h + g); }
};

const float* state_mask(const RecurrentCall& call, Index g, Index sample) {
  return call.in.recurrent_dropout + (g * call.r.B + call.begin + sample) * call.r.units;
}

bool is_masked(const RecurrentCall& call, const std::uint8_t* mask, Index sample) {
  return mask != nullptr && mask[sample * call.r.T] == 0;
}

// The state after the step, of one row whose gates are there.
void finish_row(const RecurrentCall& call, const Slots& now, const Slots& next) {
  const Recurrence& r = call.r;
  const Index u = r.units;
  if (r.cell == Cell::simple_rnn) {
    std::copy_n(now.gate(0), u, next.h());
  } else if (r.cell == Cell::gru) {
    WAVETRAIN_DISPATCH(Mix)(u, now.gate(0), now.h(), now.gate(2), next.h());
  } else {
    float* const c = now(call.layout.new_c);
    product(u, now.gate(0), now.gate(2), c);
    add_product(u, now.gate(1), now.c(), c);
    float* const act_c = now(call.layout.act_c);
    activation_forward(r.activation, 1, u, c, act_c);
    std::copy_n(c, u, next.c());
    product(u, now.gate(3), act_c, next.h());
  }
}

}  // namespace

void recurrent_general_pack(const Recurrence& r, const RecurrentWeights<float>& weights, float* packed) {
  const Index u = r.units, G = r.gates();
  for (Index g = 0; g < G; ++g, packed += packed_floats(r.C, u)) pack_b(r.C, u, weights.kernel + g * u, G * u, packed);
  for (Index g = 0; g < G; ++g, packed += packed_floats(u, u))
    pack_b(u, u, weights.recurrent_kernel + g * u, G * u, packed);
  const Index given = weights.bias == nullptr ? 0 : r.bias_size();
  std::copy_n(weights.bias, given, packed);
  std::fill(packed + given, packed + 2 * G * u, 0.0f);
}

void recurrent_general_step(const RecurrentCall& call, const RecurrentStep& step) {
  const Recurrence& r = call.r;
  const RecurrentLayout& layout = call.layout;
  const GeneralWeights weights(r, call.packed);
  const Index u = r.units, samples = call.samples();
  const auto row = [&](Index i) { return Slots{step.now + i * step.sample_stride, layout}; };
  const Slots first = row(0);
  const auto multiply = [&](const float* a, Index a_stride, Index K, const float* b, const float* bias, float* c,
                            bool accumulate) {
    gemm({.M = samples,
          .N = u,
          .a = {a, a_stride, K, 1, 0},
          .b = b,
          .packed = true,
          .c = c,
          .ldc = step.sample_stride,
          .bias = bias,
          .accumulate = accumulate});
  };
  for (Index g = 0; g < r.gates(); ++g) {
    const float* const state = r.recurrent_masks > 0 ? first.masked_h(g) : first.h();
    const float* const recurrent_kernel = weights.u + g * weights.u_size;
    const float* const recurrent_bias = weights.bias + (r.gates() + g) * u;
    multiply(step.x + g * step.gate_stride, r.T * r.C, r.C, weights.w + g * weights.w_size, weights.bias + g * u,
             first.z(g), false);
    if (r.recurrent_masks > 0)
      for (Index i = 0; i < samples; ++i) product(u, row(i).h(), state_mask(call, g, i), row(i).masked_h(g));
    if (r.cell == Cell::gru && g == 2 && r.reset_after) {
      multiply(state, step.sample_stride, u, recurrent_kernel, recurrent_bias, first.inner(), false);
      for (Index i = 0; i < samples; ++i) add_product(u, row(i).gate(1), row(i).inner(), row(i).z(2));
    } else if (r.cell == Cell::gru && g == 2) {
      for (Index i = 0; i < samples; ++i) product(u, row(i).gate(1), state + i * step.sample_stride, row(i).inner());
      multiply(first.inner(), step.sample_stride, u, recurrent_kernel, nullptr, first.z(2), true);
    } else {
      multiply(state, step.sample_stride, u, recurrent_kernel, recurrent_bias, first.z(g), true);
    }
    for (Index i = 0; i < samples; ++i) activation_forward(activation_of(r, g), 1, u, row(i).z(g), row(i).gate(g));
  }
  for (Index i = 0; i < samples; ++i) {
    const Slots now = row(i), next{step.next + i * step.sample_stride, layout};
    float* const y = step.y == nullptr ? nullptr : step.y + i * step.y_stride;
    if (!is_masked(call, step.mask, i)) {
      finish_row(call, now, next);
      if (y != nullptr) std::copy_n(next.h(), u, y);
      continue;
    }
    std::copy_n(now.h(), u, next.h());
    if (r.cell == Cell::lstm) std::copy_n(now.c(), u, next.c());
    if (y == nullptr) continue;
    if (r.zero_output_for_mask || step.y_before == nullptr) std::fill_n(y, u, 0.0f);
    else std::copy_n(step.y_before + i * step.y_stride, u, y);
  }
}

namespace {

// From the gradient of the new state to those of the gates, of one row. GRU without reset_after: only of z and the
// candidate, the reset gate has to wait for a matrix product.
void gates_backward(const RecurrentCall& call, const Slots& row, float* dh, float* dc, float* d) {
  const Recurrence& r = call.r;
  const Index u = r.units, padded = call.layout.padded;
  const auto finish = [&](Index g, const float* dgate) {
    activation_backward(activation_of(r, g), 1, u, row.z(g), row.gate(g), dgate, row.gate(g));
  };
  if (r.cell == Cell::simple_rnn) {
    finish(0, dh);
    std::fill_n(dh, u, 0.0f);
  } else if (r.cell == Cell::gru) {
    float *dz = d, *dg = d + padded, *dr = dg;
    WAVETRAIN_DISPATCH(MixBackward)(u, row.gate(0), row.h(), row.gate(2), dh, dz, dg);
    finish(0, dz);
    finish(2, dg);
    if (r.reset_after) {
      product(u, row.gate(2), row.inner(), dr);
      product(u, row.gate(2), row.gate(1), row.inner());
      finish(1, dr);
    }
  } else {
    float *di = d, *df = di + padded, *dg = df + padded, *output = dg + padded;
    const float* act_c = row(call.layout.act_c);
    product(u, dh, row.gate(3), di);
    activation_backward(r.activation, 1, u, row(call.layout.new_c), act_c, di, di);
    for (Index j = 0; j < u; ++j) dc[j] += di[j];
    product(u, dh, act_c, output);
    product(u, dc, row.gate(2), di);
    product(u, dc, row.c(), df);
    product(u, dc, row.gate(0), dg);
    product(u, dc, row.gate(1), dc);
    finish(0, di), finish(1, df), finish(2, dg), finish(3, output);
    std::fill_n(dh, u, 0.0f);
  }
}

}  // namespace

void recurrent_general_step_backward(const RecurrentCall& call, const RecurrentBackStep& step) {
  const Recurrence& r = call.r;
  const RecurrentLayout& layout = call.layout;
  const Index u = r.units, samples = call.samples(), u_size = packed_floats(u, u);
  const auto row = [&](Index i) { return Slots{step.row + i * step.sample_stride, layout}; };
  for (Index i = 0; i < samples; ++i) {
    const bool masked = is_masked(call, step.mask, i);
    float* const dh = step.dh + i * layout.padded;
    WAVETRAIN_DISPATCH(AddOutputGradient)
    (u, step.dy == nullptr ? nullptr : step.dy + i * step.dy_stride,
     step.mask == nullptr ? nullptr : step.repeated_dy + i * layout.padded, masked, r.zero_output_for_mask, dh);
    if (masked) {
      const Index slots = r.has_two_biases() ? 4 : r.gates();
      for (Index slot = 0; slot < slots; ++slot) std::fill_n(row(i)(slot), u, 0.0f);
    } else {
      gates_backward(call, row(i), dh, step.dc + i * layout.padded, step.dgates);
    }
  }
  // to (samples, padded) = or += slot · U_g^T
  const auto multiply = [&](const float* slot, Index g, float* to, bool accumulate) {
    gemm({.M = samples,
          .N = u,
          .a = {slot, step.sample_stride, u, 1, 0},
          .b = call.packed + g * u_size,
          .packed = true,
          .c = to,
          .ldc = layout.padded,
          .accumulate = accumulate});
  };
  Index through_state = r.gates();  // gates whose product with U^T is the gradient of h
  if (r.cell == Cell::gru && !r.reset_after) {
    through_state = 2;
    multiply(row(0).gate(2), 2, step.product, false);
    for (Index i = 0; i < samples; ++i) {
      if (is_masked(call, step.mask, i)) continue;
      float* const d = step.product + i * layout.padded;  // of r·(h·mask)
      const float* const state = r.recurrent_masks > 0 ? row(i).masked_h(2) : row(i).h();
      product(u, d, state, step.dgates);
      product(u, d, row(i).gate(1), d);
      if (r.recurrent_masks > 0) product(u, d, state_mask(call, 2, i), d);
      for (Index j = 0; j < u; ++j) step.dh[i * layout.padded + j] += d[j];
      activation_backward(r.recurrent_activation, 1, u, row(i).z(1), row(i).gate(1), step.dgates, row(i).gate(1));
    }
  }
  for (Index g = 0; g < through_state; ++g) {
    const float* const slot = r.cell == Cell::gru && g == 2 ? row(0).inner() : row(0).gate(g);
    if (r.recurrent_masks == 0) {
      multiply(slot, g, step.dh, true);
      continue;
    }
    multiply(slot, g, step.product, false);
    for (Index i = 0; i < samples; ++i)
      add_product(u, step.product + i * layout.padded, state_mask(call, g, i), step.dh + i * layout.padded);
  }
}

}  // namespace wavetrain::cpu
#endif
