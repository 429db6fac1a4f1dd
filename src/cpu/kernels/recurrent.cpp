#include "cpu/recurrent.hpp"

#include <algorithm>
#include <utility>

#include "cpu/kernels/kernels.hpp"
#include "cpu/kernels/mask_bytes.hpp"
#include "graph/ops/recurrent.hpp"

namespace wavetrain::cpu {
namespace {

struct RecurrentKernel {
  ops::Recurrent op;
  bool draws = false;
  std::uint64_t seed = 0;
  ValueId x_value = 0;
  SlotId x = 0, kernel = 0, recurrent_kernel = 0, bias = kNoSlot, y = 0;
  SlotId dx = kNoSlot, dkernel = kNoSlot, drecurrent = kNoSlot, dbias = kNoSlot, dy = kNoSlot;
  SlotId packed = 0, packed_backward = kNoSlot, saved = kNoSlot, input_mask = kNoSlot, recurrent_mask = kNoSlot;
  SlotId partial = kNoSlot;
  // With return_state: y, h and c by themselves, and their gradients; `rows` and `drows` have them together.
  SlotId rows = kNoSlot, drows = kNoSlot, last[2] = {kNoSlot, kNoSlot}, dlast[2] = {kNoSlot, kNoSlot};
  MaskBytes mask;
  SlotId state[2] = {kNoSlot, kNoSlot}, initial[2] = {kNoSlot, kNoSlot};  // h, c

  Recurrence recurrence(const Run& run) const { return op.recurrence(run.shape[x_value], draws); }
  static float* optional(const Run& run, SlotId slot) { return slot == kNoSlot ? nullptr : run.slot[slot]; }
  RecurrentWeights<float> weights(const Run& run) const {
    return {run.slot[kernel], run.slot[recurrent_kernel], optional(run, bias)};
  }
  RecurrentInputs<float> inputs(const Run& run) const {
    RecurrentInputs<float> in;
    in.x = run.slot[x];
    in.input_dropout = optional(run, input_mask);
    in.recurrent_dropout = optional(run, recurrent_mask);
    in.mask = mask.bytes(run);
    in.h0 = optional(run, initial[0]);
    in.c0 = optional(run, initial[1]);
    return in;
  }
  RecurrentWeightGradients<float> weight_gradients(const Run& run) const {
    return {optional(run, dkernel), optional(run, drecurrent), optional(run, dbias)};
  }

  void pack(const Run& run) const { recurrent_pack(recurrence(run), weights(run), run.slot[packed]); }
  void pack_backward(const Run& run) const {
    recurrent_backward_pack(recurrence(run), weights(run), run.slot[packed_backward]);
  }
  void draw(const Run& run) const {
    op.draw_masks({.seed = seed, .step = run.step, .stream = 0}, run.shape[x_value], optional(run, input_mask),
                  optional(run, recurrent_mask));
  }
  void forward(const Run& run, Index first, Index end, int thread) const {
    mask.convert(run, first, end);
    const Index units = op.options.units;
    for (int i = 0; i < op.states(); ++i) {
      std::copy_n(run.slot[state[i]] + first * units, (end - first) * units, run.slot[initial[i]] + first * units);
    }
    const bool keeps = op.states() > 0;
    const RecurrentOutputs<float> out{.y = run.slot[y],
                                      .h_last = optional(run, keeps ? state[0] : last[0]),
                                      .c_last = optional(run, keeps ? state[1] : last[1])};
    recurrent_forward(recurrence(run), run.slot[packed], inputs(run), out, optional(run, saved), run.scratch_of(thread),
                      first, end);
    if (rows != kNoSlot) op.join_rows(run.shape[x_value], out.y, out.h_last, out.c_last, run.slot[rows], first, end);
  }
  void backward(const Run& run, Index first, Index end, int thread) const {
    const RecurrentOutputGradients<float> dout{
        .dy = run.slot[dy], .dh_last = optional(run, dlast[0]), .dc_last = optional(run, dlast[1])};
    if (drows != kNoSlot) {
      op.split_rows(run.shape[x_value], run.slot[drows], run.slot[dy], optional(run, dlast[0]), optional(run, dlast[1]),
                    first, end);
    }
    recurrent_backward(recurrence(run), run.slot[packed_backward], inputs(run), dout,
                       RecurrentInputGradients<float>{.dx = optional(run, dx)}, run.slot[saved], run.scratch_of(thread),
                       first, end);
  }
  RecurrentWeightWork weight_work(const Run& run) const {
    return {.in = inputs(run),
            .saved = run.slot[saved],
            .d = weight_gradients(run),
            .accumulate = false,
            .partial = optional(run, partial)};
  }
  Index weight_tasks(const Run& run) const { return recurrent_weight_tasks(recurrence(run), weight_work(run)); }
  void backward_weights(const Run& run, Index begin, Index end, int) const {
    recurrent_backward_weights(recurrence(run), weight_work(run), begin, end);
  }
  Index finish_tasks(const Run& run) const { return recurrent_finish_tasks(recurrence(run)); }
  void finish_weights(const Run& run, Index begin, Index end, int) const {
    recurrent_finish_weights(recurrence(run), weight_work(run), begin, end);
  }
};

}  // namespace

bool compile_recurrent(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Recurrent*>(&b.op());
  if (op == nullptr) return false;
  RecurrentKernel k;
  k.op = *op;
  // Without dropout in the options, prediction takes the fused way.
  if (!b.training()) k.op.dropout = k.op.recurrent_dropout = 0;
  k.draws = k.op.is_random();
  k.seed = b.node().seed;
  const Shape& x = b.input_shape(0);
  const Recurrence r = k.op.recurrence(x, k.draws);
  k.x_value = b.input_value(0);
  k.x = b.input(0);
  k.kernel = b.input(1);
  k.recurrent_kernel = b.input(2);
  k.bias = b.input(3);
  k.y = b.output();
  if (op->return_state) {
    k.rows = std::exchange(k.y, b.forward_temporary(op->output_floats(x)));
    for (int i = 0; i < op->cell_states() && !op->stateful; ++i) k.last[i] = b.forward_temporary(op->state_floats(x));
  }
  k.packed = b.packed(recurrent_packed_floats(r));
  b.scratch(recurrent_scratch_floats(r, r.B));
  if (k.op.input_masks() > 0) k.input_mask = b.saved(k.op.input_mask_floats(x));
  if (k.op.recurrent_masks() > 0) k.recurrent_mask = b.saved(k.op.recurrent_mask_floats(x));
  k.mask = MaskBytes(b, 4);
  for (int i = 0; i < op->states(); ++i) {
    k.state[i] = b.state(i);
    k.initial[i] = b.saved(op->state_floats(x));
  }
  const bool trains = b.training() && (b.wants_grad(0) || b.wants_grad(1) || b.wants_grad(2) || b.wants_grad(3));
  if (trains || k.draws) k.saved = b.saved(recurrent_saved_floats(r));
  if (trains) {
    k.dx = b.input_grad(0);
    k.dkernel = b.input_grad(1);
    k.drecurrent = b.input_grad(2);
    k.dbias = b.input_grad(3);
    k.dy = b.output_grad();
    if (op->return_state) {
      k.drows = std::exchange(k.dy, b.backward_temporary(op->output_floats(x)));
      for (int i = 0; i < op->cell_states(); ++i) k.dlast[i] = b.backward_temporary(op->state_floats(x));
    }
    k.packed_backward = b.packed(recurrent_backward_packed_floats(r));
    if (const Index floats = recurrent_weight_partial_floats(r); floats > 0) k.partial = b.backward_temporary(floats);
    b.backward_reads_input(0);
  }
  const RecurrentKernel& kernel = b.own(std::move(k));
  b.pack<&RecurrentKernel::pack>(kernel);
  if (kernel.draws) b.forward_once<&RecurrentKernel::draw>(kernel);
  b.forward_samples<&RecurrentKernel::forward>(kernel);
  if (!trains) return true;
  b.pack<&RecurrentKernel::pack_backward>(kernel);
  b.backward_samples<&RecurrentKernel::backward>(kernel);
  if (kernel.dkernel != kNoSlot || kernel.drecurrent != kNoSlot || kernel.dbias != kNoSlot) {
    b.backward_tasks<&RecurrentKernel::backward_weights, &RecurrentKernel::weight_tasks>(kernel);
    b.backward_tasks<&RecurrentKernel::finish_weights, &RecurrentKernel::finish_tasks>(kernel);
  }
  return true;
}

}  // namespace wavetrain::cpu
