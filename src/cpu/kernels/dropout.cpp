#include "graph/ops/dropout.hpp"

#include "cpu/dropout.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

// Backward draws the same numbers again.
struct DropoutKernel {
  double rate = 0;
  std::uint64_t seed = 0;
  ValueId x_value = 0;
  SlotId x = 0, y = 0, dx = kNoSlot, dy = kNoSlot;

  void apply(const Run& run, Index first, Index last, SlotId from, SlotId to) const {
    const Index size = run.shape[x_value].size_from(1);
    const RandomKey key{.seed = seed, .stream = 0, .step = static_cast<std::uint32_t>(run.step)};
    cpu::dropout(key, rate, first * size, (last - first) * size, run.slot[from] + first * size,
                 run.slot[to] + first * size);
  }
  void forward(const Run& run, Index first, Index last, int) const { apply(run, first, last, x, y); }
  void backward(const Run& run, Index first, Index last, int) const { apply(run, first, last, dy, dx); }
};

}  // namespace

bool compile_dropout(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Dropout*>(&b.op());
  // Shared draws are rare; the reference does them.
  if (op == nullptr || !b.training() || op->noise_shape.rank() > 0) return false;
  DropoutKernel k;
  k.rate = op->rate;
  k.seed = b.node().seed;
  k.x_value = b.input_value(0);
  k.x = b.input(0);
  k.y = b.output();
  k.dx = b.input_grad(0);
  k.dy = b.output_grad();
  const DropoutKernel& kernel = b.own(std::move(k));
  b.forward_samples<&DropoutKernel::forward>(kernel);
  if (kernel.dx != kNoSlot) b.backward_samples<&DropoutKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
