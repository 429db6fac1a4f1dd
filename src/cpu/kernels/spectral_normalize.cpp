#include "graph/ops/spectral_normalize.hpp"

#include <algorithm>

#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

// The weight changes before any kernel packs it.
struct SpectralNormalizeKernel {
  ops::SpectralNormalize op;
  ValueId x_value = 0;
  SlotId weight = 0, u = 0, v = 0, x = 0, y = 0, dx = kNoSlot, dy = kNoSlot;

  void normalize(const Run& run) const {
    ops::spectral_normalize(run.slot[weight], run.slot[u], run.slot[v], op.rows, op.columns, op.iterations);
  }
  void copy(const Run& run, SlotId from, SlotId to, Index first, Index last) const {
    const Index size = run.shape[x_value].size_from(1);
    std::copy_n(run.slot[from] + first * size, (last - first) * size, run.slot[to] + first * size);
  }
  void forward(const Run& run, Index first, Index last, int) const { copy(run, x, y, first, last); }
  void backward(const Run& run, Index first, Index last, int) const { copy(run, dy, dx, first, last); }
};

}  // namespace

bool compile_spectral_normalize(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::SpectralNormalize*>(&b.op());
  if (op == nullptr || !b.training()) return false;
  SpectralNormalizeKernel k;
  k.op = *op;
  k.x_value = b.input_value(0);
  k.weight = b.state(0);
  k.u = b.state(1);
  k.v = b.packed(op->rows);
  k.x = b.input(0);
  k.y = b.output();
  k.dx = b.input_grad(0);
  k.dy = b.output_grad();
  const SpectralNormalizeKernel& kernel = b.own(std::move(k));
  b.pack<&SpectralNormalizeKernel::normalize>(kernel);
  b.forward_samples<&SpectralNormalizeKernel::forward>(kernel);
  if (kernel.dx != kNoSlot) b.backward_samples<&SpectralNormalizeKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
