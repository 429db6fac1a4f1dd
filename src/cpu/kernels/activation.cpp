#include "graph/ops/activation.hpp"

#include <algorithm>

#include "cpu/activation.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

struct ActivationKernel {
  wavetrain::Activation activation;
  int axis = -1;
  bool by_loss = false;
  ValueId x_value = 0, y_value = 0;
  SlotId x = 0, y = 0, dx = kNoSlot, dy = kNoSlot;

  // Samples first .. last-1 as (outer, size, inner).
  ops::Activate::Extent extent(const Run& run, Index first, Index last) const {
    Shape shape = run.shape[x_value];
    shape[0] = last - first;
    return ops::Activate(activation, axis).extent(shape);
  }
  void forward(const Run& run, Index first, Index last, int) const {
    const auto e = extent(run, first, last);
    activation_forward(activation, e.outer, e.size, e.inner, run.slot[x] + first * run.shape[x_value].size_from(1),
                       run.slot[y] + first * run.shape[y_value].size_from(1));
  }
  void backward(const Run& run, Index first, Index last, int) const {
    const Index in = first * run.shape[x_value].size_from(1), out = first * run.shape[y_value].size_from(1);
    if (by_loss) {
      std::copy_n(run.slot[dy] + out, (last - first) * run.shape[y_value].size_from(1), run.slot[dx] + in);
      return;
    }
    const auto e = extent(run, first, last);
    activation_backward(activation, e.outer, e.size, e.inner, run.slot[x] + in, run.slot[y] + out, run.slot[dy] + out,
                        run.slot[dx] + in);
  }
};

}  // namespace

bool compile_activation(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Activate*>(&b.op());
  if (op == nullptr) return false;
  ActivationKernel k;
  k.activation = op->activation;
  k.axis = op->axis;
  k.by_loss = b.gradient_by_loss();
  k.x_value = b.input_value(0);
  k.y_value = b.output_value();
  k.x = b.input(0);
  k.y = b.output();
  k.dx = b.input_grad(0);
  k.dy = b.output_grad();
  const ActivationKernel& kernel = b.own(std::move(k));
  b.forward_samples<&ActivationKernel::forward>(kernel);
  if (kernel.dx == kNoSlot) return true;
  if (op->backward_reads_input(0)) b.backward_reads_input(0);
  if (op->backward_reads_output()) b.backward_reads_output();
  b.backward_samples<&ActivationKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
