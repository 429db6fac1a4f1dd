#include "graph/ops/dropout.hpp"

#include "cpu/activation.hpp"
#include "cpu/dropout.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

// How a sample's values share their draws: axes of their own, then shared ones, then axes of their own.
struct Sharing {
  bool any = false;         // else one draw per value
  bool samples = false;     // all samples use the same draws
  int first = 0, last = 0;  // the shared axes [first, last)

  // Throws nothing; false when the noise shape has another form.
  bool read(const Shape& noise) {
    if (noise.rank() == 0) return true;
    any = true;
    samples = noise[0] == 1;
    first = 1;
    while (first < noise.rank() && noise[first] != 1) ++first;
    last = first;
    while (last < noise.rank() && noise[last] == 1) ++last;
    for (int axis = last; axis < noise.rank(); ++axis) {
      if (noise[axis] == 1) return false;
    }
    return true;
  }
};

// Backward draws the same numbers again, unless a relu in front tells from y what was kept.
struct DropoutKernel {
  double rate = 0;
  Sharing sharing;
  std::uint64_t seed = 0;
  ValueId x_value = 0;
  SlotId x = 0, y = 0, dx = kNoSlot, dy = kNoSlot;
  bool relu = false;  // what gave x, whose derivative backward applies

  void apply(const Run& run, Index first, Index last, SlotId from, SlotId to) const {
    const Index size = run.shape[x_value].size_from(1);
    const RandomKey key{.seed = seed, .stream = 0, .step = static_cast<std::uint32_t>(run.step)};
    if (sharing.any) return apply_shared(key, run, first, last, run.slot[from], run.slot[to]);
    cpu::dropout(key, rate, (run.first + first) * size, (last - first) * size, run.slot[from] + first * size,
                 run.slot[to] + first * size);
  }
  void apply_shared(const RandomKey& key, const Run& run, Index first, Index last, const float* from, float* to) const {
    const Shape& shape = run.shape[x_value];
    const Index size = shape.size_from(1), inner = shape.size_from(sharing.last);
    const Index steps = shape.size_from(sharing.first) / inner, outer = size / (steps * inner);
    // A trailing shared axis leaves one number for all that lies in it.
    const bool trailing = sharing.last == shape.rank();
    const Index numbers = outer * inner;
    for (Index n = first; n < last; ++n) {
      const Index number = sharing.samples ? 0 : (run.first + n) * numbers;
      if (trailing) dropout_shared(key, rate, number, {1, 0, 0}, outer, 1, steps, from + n * size, to + n * size);
      else dropout_shared(key, rate, number, {inner, 0, 1}, outer, steps, inner, from + n * size, to + n * size);
    }
  }
  void forward(const Run& run, Index first, Index last, int) const { apply(run, first, last, x, y); }
  void backward(const Run& run, Index first, Index last, int) const { apply(run, first, last, dy, dx); }
  void backward_with_relu(const Run& run, Index first, Index last, int) const {
    const Index size = run.shape[x_value].size_from(1), offset = first * size;
    relu_backward((last - first) * size, run.slot[y] + offset, dropout_scale(rate), run.slot[dy] + offset,
                  run.slot[dx] + offset);
  }
};

}  // namespace

bool has_dropout_kernel(const Shape& noise_shape) { return Sharing().read(noise_shape); }

bool compile_dropout(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Dropout*>(&b.op());
  DropoutKernel k;
  if (op == nullptr || !b.training() || !k.sharing.read(op->noise_shape)) return false;
  k.rate = op->rate;
  k.seed = b.node().seed;
  k.x_value = b.input_value(0);
  k.x = b.input(0);
  k.y = b.output();
  k.dx = b.input_grad(0);
  k.dy = b.output_grad();
  const bool differentiates = k.dx != kNoSlot && !b.derivative_taken();
  k.relu = differentiates && b.takes_relu_derivative();
  if (k.relu) b.backward_reads_output();
  const DropoutKernel& kernel = b.own(std::move(k));
  b.forward_samples<&DropoutKernel::forward>(kernel);
  if (!differentiates) return true;
  if (kernel.relu) b.backward_samples<&DropoutKernel::backward_with_relu>(kernel);
  else b.backward_samples<&DropoutKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
