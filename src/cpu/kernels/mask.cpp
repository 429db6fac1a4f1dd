#include "graph/ops/mask.hpp"

#include <algorithm>

#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

struct StepMaskKernel {
  ops::StepMask op;
  ValueId x_value, mask_value;
  SlotId x, mask;

  void forward(const Run& run, Index first, Index last, int) const {
    const Index steps = run.shape[mask_value].size_from(1), size = run.shape[x_value].size_from(1);
    op.run_steps<float>((last - first) * steps, op.each ? 1 : run.shape[x_value].back(), run.slot[x] + first * size,
                        run.slot[mask] + first * steps);
  }
};

struct ApplyMaskKernel {
  ValueId x_value, mask_value;
  SlotId x, mask, y, dx, dy;

  void select(const Run& run, SlotId from, SlotId to, Index first, Index last) const {
    const Index steps = run.shape[mask_value].size_from(1), size = run.shape[x_value].size_from(1);
    ops::ApplyMask::select<float>((last - first) * steps, run.shape[x_value].back(), run.slot[from] + first * size,
                                  run.slot[mask] + first * steps, run.slot[to] + first * size);
  }
  void forward(const Run& run, Index first, Index last, int) const { select(run, x, y, first, last); }
  void backward(const Run& run, Index first, Index last, int) const { select(run, dy, dx, first, last); }
};

}  // namespace

bool compile_step_mask(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::StepMask*>(&b.op());
  if (op == nullptr) return false;
  b.forward_samples<&StepMaskKernel::forward>(
      b.own(StepMaskKernel{*op, b.input_value(0), b.output_value(), b.input(0), b.output()}));
  return true;
}

bool compile_apply_mask(KernelBuilder& b) {
  if (dynamic_cast<const ops::ApplyMask*>(&b.op()) == nullptr) return false;
  const ApplyMaskKernel& kernel = b.own(ApplyMaskKernel{b.input_value(0), b.input_value(1), b.input(0), b.input(1),
                                                        b.output(), b.input_grad(0), b.output_grad()});
  b.forward_samples<&ApplyMaskKernel::forward>(kernel);
  if (!b.training() || !b.wants_grad(0)) return true;
  b.backward_reads_input(1);
  b.backward_samples<&ApplyMaskKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
