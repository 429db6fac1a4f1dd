#include "graph/ops/matmul.hpp"

#include "cpu/dense.hpp"
#include "cpu/kernels/epilogue.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

// Columns of the weights that one task of the input gradient takes: whole vectors on every target.
constexpr Index kColumns = 64;

struct MatMulKernel {
  explicit MatMulKernel(const KernelBuilder& b) : epilogue(b) {}

  Epilogue epilogue;
  Index C = 0, F = 0;
  ValueId y_value = 0;
  SlotId x = 0, kernel = 0, bias = kNoSlot, y = 0;
  SlotId dx = kNoSlot, dkernel = kNoSlot, dbias = kNoSlot, dy = kNoSlot;
  SlotId packed = kNoSlot, transposed = kNoSlot;
  float gate_scale = 0;  // of what gave x, whose derivative backward applies; or 0

  Gate gate(const Run& run) const { return gate_scale == 0 ? Gate{} : Gate{run.slot[x], gate_scale}; }
  Index rows_per_sample(const Run& run) const { return run.shape[y_value].size_from(1) / F; }
  Index rows(const Run& run) const { return run.batch * rows_per_sample(run); }

  void pack(const Run& run) const { pack_b(C, F, run.slot[kernel], F, run.slot[packed]); }
  void pack_transposed(const Run& run) const { dense_pack_transposed(C, F, run.slot[kernel], run.slot[transposed]); }

  void forward(const Run& run, Index first, Index last, int) const {
    const Index r = rows_per_sample(run);
    dense_forward(C, F, run.slot[x], packed == kNoSlot ? run.slot[kernel] : run.slot[packed], packed != kNoSlot,
                  bias == kNoSlot ? nullptr : run.slot[bias], epilogue.in_registers(), run.slot[y], first * r,
                  last * r);
    epilogue.finish((last - first) * r, F, run.slot[y] + first * r * F);
  }

  void differentiate(const Run& run, Index first, Index last, int) const {
    const Index r = rows_per_sample(run);
    epilogue.differentiate((last - first) * r, F, run.slot[y] + first * r * F, run.slot[dy] + first * r * F);
  }
  void backward_rows(const Run& run, Index first, Index last, int) const {
    const Index r = rows_per_sample(run);
    dense_backward_input_packed(C, F, run.slot[dy], run.slot[transposed], run.slot[dx], first * r, last * r, false,
                                gate(run));
  }
  Index column_tasks(const Run&) const { return (C + kColumns - 1) / kColumns; }
  void backward_columns(const Run& run, Index begin, Index end, int thread) const {
    dense_backward_input(rows(run), C, F, run.slot[dy], run.slot[kernel], run.slot[dx], begin * kColumns,
                         std::min(C, end * kColumns), false, run.scratch_of(thread), gate(run));
  }

  GemmTn weight_gradient(const Run& run) const {
    return {.samples = 1,
            .rows = rows(run),
            .N = F,
            .a = {.data = run.slot[x], .row_stride = C, .width = C},
            .a_sample_stride = 0,
            .b = run.slot[dy],
            .ldb = F,
            .b_sample_stride = 0,
            .w = run.slot[dkernel],
            .ldw = F,
            .accumulate = run.continues()};
  }
  Index weight_tiles(const Run& run) const { return gemm_tn_tiles(weight_gradient(run)); }
  void backward_weights(const Run& run, Index begin, Index end, int) const {
    gemm_tn(weight_gradient(run), begin, end);
  }
  void backward_bias(const Run& run) const {
    const Index r = rows_per_sample(run);
    column_sums(run.batch, r, F, run.slot[dy], F, r * F, run.slot[dbias], run.continues());
  }
};

}  // namespace

bool compile_matmul(KernelBuilder& b) {
  if (dynamic_cast<const ops::MatMul*>(&b.op()) == nullptr) return false;
  MatMulKernel k(b);
  k.C = b.input_shape(1)[0];
  k.F = b.input_shape(1)[1];
  k.y_value = b.output_value();
  k.x = b.input(0);
  k.kernel = b.input(1);
  k.bias = b.input(2);
  k.y = b.output();
  const Index rows = b.output_shape().size() / k.F;
  // Prediction packs once and for all; training packs for every batch, which has to pay.
  const bool packs = !b.training() || rows >= packing_pays_from();
  if (packs) k.packed = b.packed(packed_floats(k.C, k.F));
  const bool trains = b.training() && (b.wants_grad(0) || b.wants_grad(1) || b.wants_grad(2));
  if (trains) {
    k.dx = b.input_grad(0);
    k.dkernel = b.input_grad(1);
    k.dbias = b.input_grad(2);
    k.dy = b.output_grad();
    if (k.dx != kNoSlot && dense_backward_prefers_packed(rows, k.F)) k.transposed = b.packed(packed_floats(k.F, k.C));
    else if (k.dx != kNoSlot) b.scratch(dense_backward_input_scratch_floats(rows, k.C, k.F));
    k.gate_scale = b.takes_relu_and_dropout_derivative();
    if (k.dkernel != kNoSlot || k.gate_scale != 0) b.backward_reads_input(0);
    if (k.epilogue.has_derivative()) b.backward_reads_output();
  }
  const MatMulKernel& kernel = b.own(std::move(k));
  if (packs) b.pack<&MatMulKernel::pack>(kernel);
  b.forward_samples<&MatMulKernel::forward>(kernel);
  if (!trains) return true;
  if (kernel.epilogue.has_derivative()) b.backward_samples<&MatMulKernel::differentiate>(kernel);
  if (kernel.transposed != kNoSlot) {
    b.pack<&MatMulKernel::pack_transposed>(kernel);
    b.backward_samples<&MatMulKernel::backward_rows>(kernel);
  } else if (kernel.dx != kNoSlot) {
    b.backward_tasks<&MatMulKernel::backward_columns, &MatMulKernel::column_tasks>(kernel);
  }
  if (kernel.dkernel != kNoSlot) b.backward_tasks<&MatMulKernel::backward_weights, &MatMulKernel::weight_tiles>(kernel);
  if (kernel.dbias != kNoSlot) b.backward_once<&MatMulKernel::backward_bias>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
