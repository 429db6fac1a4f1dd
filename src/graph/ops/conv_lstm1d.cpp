#include "graph/ops/conv_lstm1d.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "cpu/dropout.hpp"
#include "graph/ops/instantiate.hpp"
#include "reference/activation.hpp"
#include "reference/conv1d.hpp"

namespace wavetrain::ops {

// Single letters as in the header; Q is S'.
struct ConvLstm1D::Sizes {
  Index N, T, S, C, Q, F;
  Conv1DShape input, recurrent;
  Index in() const { return S * C; }
  Index state() const { return Q * F; }
  // Of one step and sample: gates before and after their activations, c, act(c), h.
  Index step() const { return 11 * state(); }
  Index scratch() const {
    return 2 * in() + 16 * state();
  }                    // columns, dz, masked_state, dh, dc, zeros, dy, passed; masked_input, dx
  Index mask_row = 0;  // entries of a step's mask: 0, 1 or S'
};

// Where a call's saved values lie.
template <class T>
struct ConvLstm1D::Memory {
  T* steps;                        // (N, T) of step()
  T* input_masks = nullptr;        // (4, N, S, C)
  T* recurrent_masks = nullptr;    // (4, N, Q, F)
  T *h0 = nullptr, *c0 = nullptr;  // (N, Q, F), what a stateful one began with
  T *columns, *dz, *masked_state, *dh, *dc, *zeros, *dy, *passed, *masked_input, *dx;  // scratch

  struct Step {
    T *z, *gates, *c, *activated, *h;  // (4, Q, F), (4, Q, F), (Q, F) each
  };
  Step step(const Sizes& s, Index n, Index t) const {
    T* at = steps + (n * s.T + t) * s.step();
    return {at, at + 4 * s.state(), at + 8 * s.state(), at + 9 * s.state(), at + 10 * s.state()};
  }
};

namespace {

template <class T>
void draw(const RandomKey& key, std::uint32_t stream, double rate, Index n, T* mask) {
  const cpu::RandomKey draw_key{key.seed, stream, static_cast<std::uint32_t>(key.step)};
  for (Index i = 0; i < n; ++i) {
    const float one = 1;
    float value;
    cpu::dropout(draw_key, rate, i, 1, &one, &value);
    mask[i] = value != 0 ? static_cast<T>(1 / (1 - rate)) : T{0};
  }
}

// z (4, Q, F) += the convolution of x; with masks (of gates `stride` apart), each gate sees its own x · mask.
template <class T>
void add_convolution(T* z, const T* x, const T* kernel, const T* masks, Index stride, const Conv1DShape& s, T* columns,
                     T* masked) {
  const Index Q = s.output_length(), F = s.F / 4, size = s.T * s.C;
  for (Index g = 0; g < 4; ++g) {
    if (masks != nullptr) {
      for (Index i = 0; i < size; ++i) masked[i] = x[i] * masks[g * stride + i];
    }
    if (g == 0 || masks != nullptr) {
      reference::conv1d_forward(columns, masks != nullptr ? masked : x, kernel, static_cast<const T*>(nullptr), s);
    }
    for (Index q = 0; q < Q; ++q) {
      for (Index f = 0; f < F; ++f) z[(g * Q + q) * F + f] += columns[q * s.F + g * F + f];
    }
  }
}

// From dz (4, Q, F): dx (may be null) and dkernel (may be null) get what the convolution above passes back.
template <class T>
void add_gradients(T* dx, T* dkernel, const T* dz, const T* x, const T* kernel, const T* masks, Index stride,
                   const Conv1DShape& s, T* columns, T* masked, T* part) {
  const Index Q = s.output_length(), F = s.F / 4, size = s.T * s.C;
  for (Index pass = 0; pass < (masks != nullptr ? 4 : 1); ++pass) {
    std::fill_n(columns, Q * s.F, T{0});
    for (Index g = 0; g < 4; ++g) {
      if (masks != nullptr && g != pass) continue;
      for (Index q = 0; q < Q; ++q) {
        for (Index f = 0; f < F; ++f) columns[q * s.F + g * F + f] = dz[(g * Q + q) * F + f];
      }
    }
    if (masks != nullptr) {
      for (Index i = 0; i < size; ++i) masked[i] = x[i] * masks[pass * stride + i];
    }
    std::fill_n(part, size, T{0});
    reference::conv1d_backward(part, dkernel, static_cast<T*>(nullptr), columns, masks != nullptr ? masked : x, kernel,
                               s);
    for (Index i = 0; dx != nullptr && i < size; ++i)
      dx[i] += part[i] * (masks != nullptr ? masks[pass * stride + i] : T{1});
  }
}

}  // namespace

template <class T>
bool ConvLstm1D::counts(const OpCall<T>& call, const Sizes& s, Index place, Index i) const {
  return s.mask_row == 0 || call.input[4][place * s.mask_row + (s.mask_row == 1 ? 0 : i / s.F)] != 0;
}

Shape ConvLstm1D::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  const Shape& kernel = inputs[1];
  const Shape step = input_conv.infer(std::array{Shape{x[0], x[2], x[3]}, kernel});
  if (inputs.size() > 4 && inputs[4].rank() > 2 && !(inputs[4].rank() == 3 && inputs[4][2] == step[1])) {
    throw ValueError(
        fmt::format("a mask of shape {} does not fit an output of {} places: it needs padding='same' and no strides",
                    to_string(inputs[4]), step[1]));
  }
  Shape y{x[0]};
  if (return_state) y.push_back(return_sequences && x[1] < 0 ? kNone : rows(x[1]));
  else if (return_sequences) y.push_back(x[1]);
  y.push_back(step[1]);
  y.push_back(kernel[2] / 4);
  return y;
}

double ConvLstm1D::cost(std::span<const Shape> inputs, const Shape& output) const {
  const Shape& kernel = inputs[1];
  const double steps = static_cast<double>(return_sequences ? 1 : inputs[0][1]);
  return 8.0 * steps * static_cast<double>(output.size() * kernel[0] * (kernel[1] + kernel[2] / 4));
}

ConvLstm1D::Sizes ConvLstm1D::sizes(const Shape& x, const Shape& kernel, const Shape& mask) const {
  Sizes s{};
  s.N = x[0];
  s.T = x[1];
  s.S = x[2];
  s.C = x[3];
  s.F = kernel[2] / 4;
  s.input = input_conv.shape(Shape{x[0], s.S, s.C}, kernel);
  s.Q = s.input.output_length();
  Conv1D same;
  same.padding = Padding::same;
  s.mask_row = mask.rank() == 0 ? 0 : mask.size_from(2);
  s.recurrent = same.shape(Shape{x[0], s.Q, s.F}, Shape{kernel[0], s.F, 4 * s.F});
  return s;
}

Index ConvLstm1D::saved_size(std::span<const Shape> inputs, const Shape&) const {
  if (!inputs[0].known()) return 0;
  const Sizes s = sizes(inputs[0], inputs[1], {});
  return s.N * s.T * s.step() + s.scratch() + (stateful ? 2 * s.N * s.state() : 0) +
         (dropout > 0 ? 4 * s.N * s.in() : 0) + (recurrent_dropout > 0 ? 4 * s.N * s.state() : 0);
}

template <class T>
ConvLstm1D::Memory<T> ConvLstm1D::memory(const OpCall<T>& call) const {
  const Sizes s = sizes(call.input_shape[0], call.input_shape[1], call.input_shape[4]);
  Memory<T> m{};
  T* at = call.saved;
  const auto take = [&](Index count) { return std::exchange(at, at + count); };
  m.steps = take(s.N * s.T * s.step());
  m.columns = take(4 * s.state());
  m.dz = take(4 * s.state());
  m.masked_state = take(s.state());
  m.dh = take(s.state());
  m.dc = take(s.state());
  m.zeros = take(2 * s.state());
  m.dy = take(s.state());
  m.passed = take(2 * s.state());
  m.masked_input = take(s.in());
  m.dx = take(s.in());
  if (dropout > 0) m.input_masks = take(4 * s.N * s.in());
  if (recurrent_dropout > 0) m.recurrent_masks = take(4 * s.N * s.state());
  if (stateful) m.h0 = take(s.N * s.state()), m.c0 = take(s.N * s.state());
  std::fill_n(m.zeros, 2 * s.state(), T{0});
  return m;
}

template <class T>
void ConvLstm1D::run_forward(const OpCall<T>& call) const {
  const Sizes s = sizes(call.input_shape[0], call.input_shape[1], call.input_shape[4]);
  const Memory<T> m = memory(call);
  const Index in = s.in(), state = s.state();
  const bool drops = call.training && m.input_masks != nullptr,
             drops_state = call.training && m.recurrent_masks != nullptr;
  if (drops) draw(call.random, 0, dropout, 4 * s.N * in, m.input_masks);
  if (drops_state) draw(call.random, 1, recurrent_dropout, 4 * s.N * state, m.recurrent_masks);
  if (stateful) {
    std::copy_n(call.state[0], s.N * state, m.h0);
    std::copy_n(call.state[1], s.N * state, m.c0);
  }
  for (Index n = 0; n < s.N; ++n) {
    const T* h = stateful ? m.h0 + n * state : m.zeros;
    const T* c = stateful ? m.c0 + n * state : m.zeros;
    const T* before = m.zeros;  // the output
    for (Index t = 0; t < s.T; ++t) {
      const auto step = m.step(s, n, t);
      const Index place = n * s.T + (go_backwards ? s.T - 1 - t : t);
      const T* x = call.input[0] + place * in;
      T* y = call.output + (n * rows(s.T) + (return_sequences ? t : 0)) * state;
      for (Index i = 0; i < 4 * state; ++i) {
        step.z[i] = call.input[3] == nullptr ? T{0} : call.input[3][i / state * s.F + i % s.F];
      }
      add_convolution(step.z, x, call.input[1], drops ? m.input_masks + n * in : nullptr, s.N * in, s.input, m.columns,
                      m.masked_input);
      add_convolution(step.z, h, call.input[2], drops_state ? m.recurrent_masks + n * state : nullptr, s.N * state,
                      s.recurrent, m.columns, m.masked_state);
      for (Index g = 0; g < 4; ++g) {
        reference::activation_forward(step.gates + g * state, step.z + g * state,
                                      g == 2 ? activation : recurrent_activation, s.Q, s.F, 1);
      }
      for (Index i = 0; i < state; ++i) {
        step.c[i] = step.gates[state + i] * c[i] + step.gates[i] * step.gates[2 * state + i];
      }
      reference::activation_forward(step.activated, step.c, activation, s.Q, s.F, 1);
      for (Index i = 0; i < state; ++i) {
        step.h[i] = step.gates[3 * state + i] * step.activated[i];
        if (counts(call, s, place, i)) {
          y[i] = step.h[i];
          continue;
        }
        step.h[i] = h[i];
        step.c[i] = c[i];
        y[i] = zero_output_for_mask ? T{0} : before[i];
      }
      h = step.h;
      c = step.c;
      before = y;
    }
    if (return_state) {
      T* const end = call.output + (n + 1) * rows(s.T) * state;
      std::copy_n(h, state, end - 2 * state);
      std::copy_n(c, state, end - state);
    }
    if (stateful) {
      std::copy_n(h, state, call.state[0] + n * state);
      std::copy_n(c, state, call.state[1] + n * state);
    }
  }
}

template <class T>
void ConvLstm1D::run_backward(const OpCall<T>& call) const {
  const Sizes s = sizes(call.input_shape[0], call.input_shape[1], call.input_shape[4]);
  const Memory<T> m = memory(call);
  const Index in = s.in(), state = s.state();
  const bool drops = call.training && m.input_masks != nullptr,
             drops_state = call.training && m.recurrent_masks != nullptr;
  for (std::size_t i = 0; i < 5; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  for (Index n = 0; n < s.N; ++n) {
    std::fill_n(m.dh, state, T{0});
    std::fill_n(m.dc, state, T{0});
    std::fill_n(m.dy, state, T{0});
    if (return_state) {
      const T* const end = call.output_grad + (n + 1) * rows(s.T) * state;
      std::copy_n(end - 2 * state, state, m.dh);
      std::copy_n(end - state, state, m.dc);
    }
    for (Index t = s.T - 1; t >= 0; --t) {
      const auto step = m.step(s, n, t);
      const T* h = t > 0 ? m.step(s, n, t - 1).h : stateful ? m.h0 + n * state : m.zeros;
      const T* c = t > 0 ? m.step(s, n, t - 1).c : stateful ? m.c0 + n * state : m.zeros;
      const Index place = n * s.T + (go_backwards ? s.T - 1 - t : t);
      if (return_sequences || t == s.T - 1) {
        const T* dy = call.output_grad + (n * rows(s.T) + (return_sequences ? t : 0)) * state;
        for (Index i = 0; i < state; ++i) m.dy[i] += dy[i];
      }
      // What a masked place passes on unchanged, to the output and the state before it, is set aside.
      T *passed_h = m.passed, *passed_c = m.passed + state;
      for (Index i = 0; i < state; ++i) {
        const bool here = counts(call, s, place, i);
        if (here) m.dh[i] += m.dy[i];
        if (here || zero_output_for_mask) m.dy[i] = 0;
        passed_h[i] = here ? T{0} : std::exchange(m.dh[i], T{0});
        passed_c[i] = here ? T{0} : std::exchange(m.dc[i], T{0});
      }
      // d loss / d gates, then / dz; `columns` and `zeros + state` serve as room in between.
      T* dgates = m.columns;
      T* dactivated = m.zeros + state;
      for (Index i = 0; i < state; ++i) {
        dgates[3 * state + i] = m.dh[i] * step.activated[i];
        dactivated[i] = m.dh[i] * step.gates[3 * state + i];
      }
      reference::activation_backward(m.dc, dactivated, step.c, activation, s.Q, s.F, 1);
      for (Index i = 0; i < state; ++i) {
        dgates[i] = m.dc[i] * step.gates[2 * state + i];
        dgates[state + i] = m.dc[i] * c[i];
        dgates[2 * state + i] = m.dc[i] * step.gates[i];
        m.dc[i] = m.dc[i] * step.gates[state + i] + passed_c[i];
      }
      std::fill_n(m.dz, 4 * state, T{0});
      for (Index g = 0; g < 4; ++g) {
        reference::activation_backward(m.dz + g * state, dgates + g * state, step.z + g * state,
                                       g == 2 ? activation : recurrent_activation, s.Q, s.F, 1);
      }
      if (call.input_grad[3] != nullptr) {
        for (Index i = 0; i < 4 * state; ++i) call.input_grad[3][i / state * s.F + i % s.F] += m.dz[i];
      }
      T* dx = call.input_grad[0] == nullptr ? nullptr : call.input_grad[0] + place * in;
      add_gradients(dx, call.input_grad[1], m.dz, call.input[0] + place * in, call.input[1],
                    drops ? m.input_masks + n * in : nullptr, s.N * in, s.input, m.columns, m.masked_input, m.dx);
      std::fill_n(m.dh, state, T{0});
      add_gradients(m.dh, call.input_grad[2], m.dz, h, call.input[2],
                    drops_state ? m.recurrent_masks + n * state : nullptr, s.N * state, s.recurrent, m.columns,
                    m.masked_state, m.zeros + state);
      for (Index i = 0; i < state; ++i) m.dh[i] += passed_h[i];
    }
  }
}

WAVETRAIN_INSTANTIATE_OP(ConvLstm1D)

}  // namespace wavetrain::ops
