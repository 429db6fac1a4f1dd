#include "graph/ops/conv1d.hpp"

#include "cpu/conv1d.hpp"
#include "cpu/kernels/epilogue.hpp"
#include "cpu/kernels/kernels.hpp"
#include "cpu/normalize.hpp"
#include "graph/ops/batch_normalize.hpp"

namespace wavetrain::cpu {
namespace {

struct ConvKernel {
  explicit ConvKernel(const KernelBuilder& b) : op(dynamic_cast<const ops::Conv1D&>(b.op())), epilogue(b) {}

  ops::Conv1D op;
  Epilogue epilogue;
  ValueId x_value = 0, kernel_value = 0, y_value = 0;
  SlotId x = 0, kernel = 0, bias = kNoSlot, y = 0;
  SlotId dx = kNoSlot, dkernel = kNoSlot, dbias = kNoSlot, dy = kNoSlot;
  SlotId packed = kNoSlot, packed_backward = kNoSlot, partial = kNoSlot;
  float gate_scale = 0;  // of what gave x, whose derivative backward applies; or 0
  // A normalisation that follows, in prediction.
  SlotId gamma = kNoSlot, beta = kNoSlot, mean = kNoSlot, variance = kNoSlot, scale = kNoSlot;
  float epsilon = 0;
  bool norm_relu = false;

  Gate gate(const Run& run) const { return gate_scale == 0 ? Gate{} : Gate{run.slot[x], gate_scale}; }
  Conv1DShape shape(const Run& run) const { return op.shape(run.shape[x_value], run.shape[kernel_value]); }

  void pack(const Run& run) const { conv1d_pack(shape(run), run.slot[kernel], run.slot[packed]); }
  void pack_normalization(const Run& run) const {
    const Index F = shape(run).F;
    batch_scale(F, epsilon, run.slot[variance], gamma == kNoSlot ? nullptr : run.slot[gamma], run.slot[scale] + F,
                run.slot[scale]);
  }
  GemmNormalization norm(const Run& run) const {
    if (scale == kNoSlot) return {};
    return {.mean = run.slot[mean],
            .scale = run.slot[scale],
            .shift = beta == kNoSlot ? nullptr : run.slot[beta],
            .activation = norm_relu ? Activation::relu : Activation::linear};
  }
  void pack_backward(const Run& run) const {
    conv1d_pack_backward(shape(run), run.slot[kernel], run.slot[packed_backward]);
  }

  void forward(const Run& run, Index first, Index last, int thread) const {
    const Conv1DShape s = shape(run);
    const Index rows = s.output_length();
    float* out = run.slot[y] + first * rows * s.F;
    const Conv1DForward f{.weights = run.slot[packed],
                          .packed = true,
                          .bias = bias == kNoSlot ? nullptr : run.slot[bias],
                          .activation = epilogue.in_registers(),
                          .norm = norm(run)};
    conv1d_forward(s, f, last - first, run.slot[x] + first * s.T * s.C, out, run.scratch_of(thread));
    epilogue.finish((last - first) * rows, s.F, out);
  }

  void backward_input(const Run& run, Index first, Index last, int thread) const {
    const Conv1DShape s = shape(run);
    const Index rows = s.output_length();
    float* gradient = run.slot[dy] + first * rows * s.F;
    epilogue.differentiate((last - first) * rows, s.F, run.slot[y] + first * rows * s.F, gradient);
    if (dx == kNoSlot) return;
    const Index offset = first * s.T * s.C;
    conv1d_backward_input(s, run.slot[kernel], packed_backward == kNoSlot ? nullptr : run.slot[packed_backward],
                          last - first, gradient, run.slot[dx] + offset, false, run.scratch_of(thread),
                          {.gate = gate(run).from(offset)});
  }

  Conv1DGradient gradient(const Run& run) const {
    return {.x = run.slot[x],
            .dy = run.slot[dy],
            .dw = run.slot[dkernel],
            .db = dbias == kNoSlot ? nullptr : run.slot[dbias],
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
};

}  // namespace

bool compile_conv1d(KernelBuilder& b) {
  if (dynamic_cast<const ops::Conv1D*>(&b.op()) == nullptr) return false;
  ConvKernel k(b);
  const Conv1DShape s = k.op.shape(b.input_shape(0), b.input_shape(1));
  const Index samples = b.input_shape(0)[0];
  k.x_value = b.input_value(0);
  k.kernel_value = b.input_value(1);
  k.y_value = b.output_value();
  k.x = b.input(0);
  k.kernel = b.input(1);
  k.bias = b.input(2);
  k.y = b.output();
  k.packed = b.packed(conv1d_packed_floats(s));
  b.scratch(conv1d_forward_scratch_floats(s));
  if (const GraphNode* follows = b.normalization()) {
    const auto& normalize = dynamic_cast<const ops::BatchNormalize&>(*follows->op);
    k.gamma = b.weight(follows->inputs[1]);
    k.beta = b.weight(follows->inputs[2]);
    k.mean = b.weight(follows->inputs[3]);
    k.variance = b.weight(follows->inputs[4]);
    k.scale = b.packed(2 * s.F);
    k.epsilon = static_cast<float>(normalize.epsilon);
    k.norm_relu = b.normalization_relu();
  }
  const bool trains = b.training() && (b.wants_grad(0) || b.wants_grad(1) || b.wants_grad(2));
  if (trains) {
    k.dx = b.input_grad(0);
    k.dkernel = b.input_grad(1);
    k.dbias = b.input_grad(2);
    k.dy = b.output_grad();
    b.scratch(conv1d_backward_input_scratch_floats(s));
    b.scratch(conv1d_gradient_scratch_floats(s));
    if (k.dx != kNoSlot && conv1d_backward_packed_floats(s) > 0) {
      k.packed_backward = b.packed(conv1d_backward_packed_floats(s));
    }
    if (k.dkernel == kNoSlot && k.dbias != kNoSlot) k.dkernel = b.backward_temporary(s.weights());
    if (k.dkernel != kNoSlot) {
      const Index partial = conv1d_gradient_partial_floats(s, samples, b.in_pieces());
      if (partial > 0) k.partial = b.backward_temporary(partial);
      b.backward_reads_input(0);
    }
    k.gate_scale = b.takes_relu_and_dropout_derivative();
    if (k.gate_scale != 0) b.backward_reads_input(0);
    if (k.epilogue.has_derivative()) b.backward_reads_output();
  }
  const bool has_packed_backward = k.packed_backward != kNoSlot;
  const bool has_weights = k.dkernel != kNoSlot;
  const ConvKernel& kernel = b.own(std::move(k));
  b.pack<&ConvKernel::pack>(kernel);
  if (kernel.scale != kNoSlot) b.pack<&ConvKernel::pack_normalization>(kernel);
  b.forward_samples<&ConvKernel::forward>(kernel);
  if (!trains) return true;
  if (has_packed_backward) b.pack<&ConvKernel::pack_backward>(kernel);
  b.backward_samples<&ConvKernel::backward_input>(kernel);
  if (has_weights) {
    b.backward_tasks<&ConvKernel::backward_weights, &ConvKernel::gradient_tasks, &ConvKernel::backward_weights_of>(
        kernel);
    b.backward_tasks<&ConvKernel::finish_gradient, &ConvKernel::finish_tasks>(kernel);
  }
  return true;
}

}  // namespace wavetrain::cpu
