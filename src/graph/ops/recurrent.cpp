#include "graph/ops/recurrent.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cpu/dropout.hpp"
#include "graph/ops/instantiate.hpp"
#include "reference/recurrent.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::ops {

Shape Recurrent::infer(std::span<const Shape> inputs) const {
  const Shape& x = inputs[0];
  if (x[2] != inputs[1][0]) {
    throw ValueError(fmt::format("expected axis -1 of input shape to have value {}, but received input with shape {}",
                                 inputs[1][0], to_string(x)));
  }
  if (stateful && x[0] >= 0 && x[0] != batch) {
    throw ValueError(
        fmt::format("If an RNN is stateful, the batch size of the input sequences must be the same as the batch "
                    "size of the initial state. Expected batch size: {}. Received batch size: {}",
                    batch, x[0]));
  }
  if (return_state) {
    const Index rows = output_rows(x);
    return {x[0], rows < 0 ? kNone : rows + cell_states(), options.units};
  }
  return options.return_sequences ? Shape{x[0], x[1], options.units} : Shape{x[0], options.units};
}

double Recurrent::cost(std::span<const Shape> inputs, const Shape&) const {
  const Shape& x = inputs[0];
  return 2.0 * static_cast<double>(x[0] * x[1] * (x[2] + options.units) * options.gates() * options.units);
}

Recurrence Recurrent::recurrence(const Shape& x, bool training) const {
  Recurrence r = options;
  r.B = x[0];
  r.T = x[1];
  r.C = x[2];
  r.input_masks = training ? input_masks() : 0;
  r.recurrent_masks = training ? recurrent_masks() : 0;
  return r;
}

Index Recurrent::saved_size(std::span<const Shape> inputs, const Shape&) const {
  const Recurrence r = recurrence(inputs[0], true);
  const Index steps = inputs.size() > 4 && inputs[4].rank() > 0 ? r.B * r.T : 0;
  return reference::recurrent_saved(r) + reference::recurrent_scratch(r) + input_mask_floats(inputs[0]) +
         recurrent_mask_floats(inputs[0]) + states() * state_floats(inputs[0]) +
         (return_state ? output_floats(inputs[0]) + cell_states() * state_floats(inputs[0]) : 0) + steps;
}

template <class T>
void Recurrent::draw_masks(const RandomKey& key, const Shape& x, T* input_mask, T* recurrent_mask) const {
  const auto draw = [&](std::uint32_t stream, double rate, Index floats, T* mask) {
    const cpu::RandomKey numbers{key.seed, stream, static_cast<std::uint32_t>(key.step)};
    const T scale = rate < 1 ? static_cast<T>(1 / (1 - rate)) : T{0};
    for (Index i = 0; i < floats; ++i) {
      const float one = 1;
      float kept;
      cpu::dropout(numbers, rate, i, 1, &one, &kept);
      mask[i] = kept != 0 ? scale : T{0};
    }
  };
  draw(0, dropout, input_mask_floats(x), input_mask);
  draw(1, recurrent_dropout, recurrent_mask_floats(x), recurrent_mask);
}

template void Recurrent::draw_masks(const RandomKey&, const Shape&, float*, float*) const;
template void Recurrent::draw_masks(const RandomKey&, const Shape&, double*, double*) const;

template <class T>
void Recurrent::join_rows(const Shape& x, const T* y, const T* h, const T* c, T* rows, Index first, Index last) const {
  const Index u = options.units, outputs = output_rows(x) * u;
  for (Index n = first; n < last; ++n) {
    T* at = rows + n * (outputs + cell_states() * u);
    at = std::copy_n(y + n * outputs, outputs, at);
    at = std::copy_n(h + n * u, u, at);
    if (c != nullptr) std::copy_n(c + n * u, u, at);
  }
}

template <class T>
void Recurrent::split_rows(const Shape& x, const T* rows, T* y, T* h, T* c, Index first, Index last) const {
  const Index u = options.units, outputs = output_rows(x) * u;
  for (Index n = first; n < last; ++n) {
    const T* const at = rows + n * (outputs + cell_states() * u);
    std::copy_n(at, outputs, y + n * outputs);
    std::copy_n(at + outputs, u, h + n * u);
    if (c != nullptr) std::copy_n(at + outputs + u, u, c + n * u);
  }
}

template void Recurrent::join_rows(const Shape&, const float*, const float*, const float*, float*, Index, Index) const;
template void Recurrent::split_rows(const Shape&, const float*, float*, float*, float*, Index, Index) const;

namespace {

// What a call saves, in this order.
template <class T>
struct Saved {
  T* recurrence;
  T* scratch;
  T* input_mask;
  T* recurrent_mask;
  T* h0;
  T* c0;
  T *y = nullptr, *h = nullptr, *c = nullptr;  // what is returned together: values going forward, gradients coming back
  std::uint8_t* mask;
};

template <class T>
Saved<T> saved_parts(const Recurrent& op, const Shape& x, T* saved) {
  const Recurrence r = op.recurrence(x, true);
  Saved<T> parts;
  parts.recurrence = saved;
  parts.scratch = parts.recurrence + reference::recurrent_saved(r);
  parts.input_mask = parts.scratch + reference::recurrent_scratch(r);
  parts.recurrent_mask = parts.input_mask + op.input_mask_floats(x);
  parts.h0 = parts.recurrent_mask + op.recurrent_mask_floats(x);
  parts.c0 = parts.h0 + op.state_floats(x);
  T* end = parts.h0 + op.states() * op.state_floats(x);
  if (op.return_state) {
    parts.y = end;
    parts.h = parts.y + op.output_floats(x);
    end = parts.h + op.state_floats(x);
    if (op.cell_states() > 1) parts.c = std::exchange(end, end + op.state_floats(x));
  }
  parts.mask = reinterpret_cast<std::uint8_t*>(end);
  return parts;
}

template <class T>
RecurrentInputs<T> inputs_of(const Recurrent& op, const OpCall<T>& call, const Saved<T>& saved) {
  RecurrentInputs<T> in;
  in.x = call.input[0];
  if (call.training && op.input_masks() > 0) in.input_dropout = saved.input_mask;
  if (call.training && op.recurrent_masks() > 0) in.recurrent_dropout = saved.recurrent_mask;
  if (call.input[4] != nullptr) in.mask = saved.mask;
  if (op.states() > 0) in.h0 = saved.h0;
  if (op.states() > 1) in.c0 = saved.c0;
  return in;
}

}  // namespace

template <class T>
void Recurrent::run_forward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Recurrence r = recurrence(x, call.training);
  const Saved<T> saved = saved_parts(*this, x, call.saved);
  if (call.training && is_random()) draw_masks(call.random, x, saved.input_mask, saved.recurrent_mask);
  if (call.input[4] != nullptr) {
    for (Index i = 0; i < r.B * r.T; ++i) saved.mask[i] = call.input[4][i] != 0 ? 1 : 0;
  }
  RecurrentOutputs<T> out;
  out.y = return_state ? saved.y : call.output;
  out.h_last = saved.h;
  out.c_last = saved.c;
  if (states() > 0) {
    std::copy_n(call.state[0], state_floats(x), saved.h0);
    out.h_last = call.state[0];
  }
  if (states() > 1) {
    std::copy_n(call.state[1], state_floats(x), saved.c0);
    out.c_last = call.state[1];
  }
  reference::recurrent_forward(out, saved.recurrence, inputs_of(*this, call, saved),
                               RecurrentWeights<T>{call.input[1], call.input[2], call.input[3]}, r, saved.scratch, 0,
                               r.B);
  if (return_state) join_rows(x, out.y, out.h_last, out.c_last, call.output, 0, r.B);
}

template <class T>
void Recurrent::run_backward(const OpCall<T>& call) const {
  const Shape& x = call.input_shape[0];
  const Recurrence r = recurrence(x, call.training);
  const Saved<T> saved = saved_parts(*this, x, call.saved);
  for (std::size_t i = 0; i < 5; ++i) {
    if (call.input_grad[i] != nullptr) std::fill_n(call.input_grad[i], call.input_shape[i].size(), T{0});
  }
  RecurrentOutputGradients<T> dout{.dy = call.output_grad};
  if (return_state) {
    split_rows(x, call.output_grad, saved.y, saved.h, saved.c, 0, r.B);
    dout = {.dy = saved.y, .dh_last = saved.h, .dc_last = saved.c};
  }
  reference::recurrent_backward(RecurrentInputGradients<T>{.dx = call.input_grad[0]},
                                RecurrentWeightGradients<T>{call.input_grad[1], call.input_grad[2], call.input_grad[3]},
                                dout, saved.recurrence, inputs_of(*this, call, saved),
                                RecurrentWeights<T>{call.input[1], call.input[2], call.input[3]}, r, saved.scratch, 0,
                                r.B);
}

WAVETRAIN_INSTANTIATE_OP(Recurrent)

}  // namespace wavetrain::ops
