#include "graph/ops/join.hpp"

#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

struct JoinKernel {
  ops::Join op;
  ValueId a_value, b_value;
  SlotId a, b, y, da, db, dy;

  static float* optional(const Run& run, SlotId slot) { return slot == kNoSlot ? nullptr : run.slot[slot]; }
  void forward(const Run& run, Index first, Index last, int) const {
    op.forward_range<float>(run.shape[a_value], run.shape[b_value], run.slot[a], run.slot[b], run.slot[y], first, last);
  }
  void backward(const Run& run, Index first, Index last, int) const {
    op.backward_range<float>(run.shape[a_value], run.shape[b_value], run.slot[a], run.slot[b], run.slot[dy],
                             optional(run, da), optional(run, db), first, last);
  }
};

}  // namespace

bool compile_join(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Join*>(&b.op());
  if (op == nullptr) return false;
  const JoinKernel& kernel = b.own(JoinKernel{*op, b.input_value(0), b.input_value(1), b.input(0), b.input(1),
                                              b.output(), b.input_grad(0), b.input_grad(1), b.output_grad()});
  b.forward_samples<&JoinKernel::forward>(kernel);
  if (!b.training() || !(b.wants_grad(0) || b.wants_grad(1))) return true;
  for (int i = 0; i < 2; ++i) {
    if (op->backward_reads_input(i)) b.backward_reads_input(i);
  }
  b.backward_samples<&JoinKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
