// Runs on the kernels of the convolution that goes the other way; see graph/ops/conv1d_transpose.hpp.
#include "graph/ops/conv1d_transpose.hpp"

#include "cpu/conv1d.hpp"
#include "cpu/kernels/epilogue.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

struct ConvTransposeKernel {
  explicit ConvTransposeKernel(const KernelBuilder& b)
      : op(dynamic_cast<const ops::Conv1DTranspose&>(b.op())), epilogue(b) {}

  ops::Conv1DTranspose op;
  Epilogue epilogue;
  ValueId x_value = 0, kernel_value = 0;
  SlotId x = 0, kernel = 0, bias = kNoSlot, y = 0;
  SlotId dx = kNoSlot, dkernel = kNoSlot, dbias = kNoSlot, dy = kNoSlot;
  SlotId packed = kNoSlot, packed_backward = kNoSlot, partial = kNoSlot;
  float gate_scale = 0;  // of what gave x, whose derivative backward applies; or 0

  Gate gate(const Run& run) const { return gate_scale == 0 ? Gate{} : Gate{run.slot[x], gate_scale}; }
  Conv1DShape shape(const Run& run) const { return op.transposed(run.shape[x_value], run.shape[kernel_value]); }

  void pack(const Run& run) const { conv1d_pack_backward(shape(run), run.slot[kernel], run.slot[packed]); }
  void pack_backward(const Run& run) const { conv1d_pack(shape(run), run.slot[kernel], run.slot[packed_backward]); }

  void forward(const Run& run, Index first, Index last, int thread) const {
    const Conv1DShape s = shape(run);
    float* out = run.slot[y] + first * s.T * s.C;
    conv1d_backward_input(s, run.slot[kernel], run.slot[packed], last - first,
                          run.slot[x] + first * s.output_length() * s.F, out, false, run.scratch_of(thread),
                          {.bias = bias == kNoSlot ? nullptr : run.slot[bias], .activation = epilogue.in_registers()});
    epilogue.finish((last - first) * s.T, s.C, out);
  }

  void backward_input(const Run& run, Index first, Index last, int thread) const {
    const Conv1DShape s = shape(run);
    float* gradient = run.slot[dy] + first * s.T * s.C;
    epilogue.differentiate((last - first) * s.T, s.C, run.slot[y] + first * s.T * s.C, gradient);
    if (dx == kNoSlot) return;
    const Index offset = first * s.output_length() * s.F;
    const Conv1DForward f{.weights = run.slot[packed_backward], .packed = true, .gate = gate(run).from(offset)};
    conv1d_forward(s, f, last - first, gradient, run.slot[dx] + offset, run.scratch_of(thread));
  }

  Conv1DGradient gradient(const Run& run) const {
    return {.x = run.slot[dy],
            .dy = run.slot[x],
            .dw = run.slot[dkernel],
            .db = nullptr,
            .accumulate = run.continues(),
            .partial = partial == kNoSlot ? nullptr : run.slot[partial]};
  }
  Index gradient_tasks(const Run& run) const { return conv1d_gradient_tasks(shape(run), run.blocks()); }
  void backward_weights(const Run& run, Index begin, Index end, int thread) const {
    conv1d_backward_weights(shape(run), gradient(run), run.blocks(), begin, end, run.scratch_of(thread));
  }
  void backward_weights_of(const Run& run, Index first, Index last, int thread) const {
    conv1d_backward_weights_of(shape(run), gradient(run), run.blocks(), first, last, run.scratch_of(thread));
  }
  Index finish_tasks(const Run& run) const { return conv1d_finish_tasks(shape(run), run.blocks()); }
  void finish_gradient(const Run& run, Index begin, Index end, int) const {
    conv1d_finish_gradient(shape(run), gradient(run), run.blocks(), begin, end);
  }
  void backward_bias(const Run& run) const {
    const Conv1DShape s = shape(run);
    column_sums(run.batch, s.T, s.C, run.slot[dy], s.C, s.T * s.C, run.slot[dbias], run.continues());
  }
};

}  // namespace

bool compile_conv1d_transpose(KernelBuilder& b) {
  if (dynamic_cast<const ops::Conv1DTranspose*>(&b.op()) == nullptr) return false;
  ConvTransposeKernel k(b);
  const Conv1DShape s = k.op.transposed(b.input_shape(0), b.input_shape(1));
  k.x_value = b.input_value(0);
  k.kernel_value = b.input_value(1);
  k.x = b.input(0);
  k.kernel = b.input(1);
  k.bias = b.input(2);
  k.y = b.output();
  k.packed = b.packed(conv1d_backward_packed_floats(s));
  b.scratch(conv1d_backward_input_scratch_floats(s));
  const bool trains = b.training() && (b.wants_grad(0) || b.wants_grad(1) || b.wants_grad(2));
  if (trains) {
    k.dx = b.input_grad(0);
    k.dkernel = b.input_grad(1);
    k.dbias = b.input_grad(2);
    k.dy = b.output_grad();
    b.scratch(conv1d_forward_scratch_floats(s));
    b.scratch(conv1d_gradient_scratch_floats(s));
    if (k.dx != kNoSlot) k.packed_backward = b.packed(conv1d_packed_floats(s));
    if (k.dkernel != kNoSlot) {
      const Index partial = conv1d_gradient_partial_floats(s, b.input_shape(0)[0], b.in_pieces());
      if (partial > 0) k.partial = b.backward_temporary(partial);
      b.backward_reads_input(0);
    }
    k.gate_scale = b.takes_relu_and_dropout_derivative();
    if (k.gate_scale != 0) b.backward_reads_input(0);
    if (k.epilogue.has_derivative()) b.backward_reads_output();
  }
  const ConvTransposeKernel& kernel = b.own(std::move(k));
  b.pack<&ConvTransposeKernel::pack>(kernel);
  b.forward_samples<&ConvTransposeKernel::forward>(kernel);
  if (!trains) return true;
  if (kernel.packed_backward != kNoSlot) b.pack<&ConvTransposeKernel::pack_backward>(kernel);
  b.backward_samples<&ConvTransposeKernel::backward_input>(kernel);
  if (kernel.dkernel != kNoSlot) {
    b.backward_tasks<&ConvTransposeKernel::backward_weights, &ConvTransposeKernel::gradient_tasks,
                     &ConvTransposeKernel::backward_weights_of>(kernel);
    b.backward_tasks<&ConvTransposeKernel::finish_gradient, &ConvTransposeKernel::finish_tasks>(kernel);
  }
  if (kernel.dbias != kNoSlot) b.backward_once<&ConvTransposeKernel::backward_bias>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
