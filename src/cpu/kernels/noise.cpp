#include "graph/ops/noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "cpu/dropout.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

// Values whose draws lie in a buffer at once.
constexpr Index kBlock = 256;

// Backward draws the same numbers again.
struct NoiseKernel {
  ops::NoiseKind kind{};
  double amount = 0;
  std::uint64_t seed = 0;
  ops::Noise::AlphaNumbers alpha{};
  ValueId x_value = 0;
  SlotId x = 0, y = 0, dx = kNoSlot, dy = kNoSlot;

  RandomKey key(const Run& run) const {
    return {.seed = seed, .stream = 0, .step = static_cast<std::uint32_t>(run.step)};
  }

  // Where kept, y = x·scale + shift, else `dropped`.
  void select(const Run& run, Index first, Index n, const float* in, float scale, float shift, float dropped,
              float* out) const {
    std::array<std::uint32_t, kBlock> words;
    const double threshold = std::ceil(amount * 4294967296.0);
    for (Index done = 0; done < n; done += kBlock) {
      const Index count = std::min(kBlock, n - done);
      random_words(key(run), first + done, count, words.data());
      for (Index i = 0; i < count; ++i) {
        const bool keep = words[static_cast<std::size_t>(i)] >= threshold;
        out[done + i] = keep ? in[done + i] * scale + shift : dropped;
      }
    }
  }
  void forward(const Run& run, Index first_sample, Index last_sample, int) const {
    const Index size = run.shape[x_value].size_from(1), first = first_sample * size, n = last_sample * size - first;
    const float* in = run.slot[x] + first;
    float* out = run.slot[y] + first;
    switch (kind) {
      case ops::NoiseKind::gaussian: return gaussian_noise(key(run), static_cast<float>(amount), first, n, in, out);
      case ops::NoiseKind::gaussian_factor:
        return gaussian_dropout(key(run), static_cast<float>(amount), first, n, in, out);
      case ops::NoiseKind::alpha:
        return select(run, first, n, in, static_cast<float>(alpha.scale), static_cast<float>(alpha.shift),
                      static_cast<float>(alpha.dropped), out);
    }
  }
  void backward(const Run& run, Index first_sample, Index last_sample, int) const {
    const Index size = run.shape[x_value].size_from(1), first = first_sample * size, n = last_sample * size - first;
    const float* in = run.slot[dy] + first;
    float* out = run.slot[dx] + first;
    switch (kind) {
      case ops::NoiseKind::gaussian: std::copy_n(in, n, out); return;
      case ops::NoiseKind::gaussian_factor:
        return gaussian_dropout(key(run), static_cast<float>(amount), first, n, in, out);
      case ops::NoiseKind::alpha: return select(run, first, n, in, static_cast<float>(alpha.scale), 0.0f, 0.0f, out);
    }
  }
};

}  // namespace

bool compile_noise(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Noise*>(&b.op());
  // Shared draws are rare; the reference does them.
  if (op == nullptr || !b.training() || op->noise_shape.rank() > 0) return false;
  NoiseKernel k;
  k.kind = op->kind;
  k.amount = op->amount;
  k.seed = b.node().seed;
  if (op->kind == ops::NoiseKind::alpha) k.alpha = op->alpha_numbers();
  k.x_value = b.input_value(0);
  k.x = b.input(0);
  k.y = b.output();
  k.dx = b.input_grad(0);
  k.dy = b.output_grad();
  const NoiseKernel& kernel = b.own(std::move(k));
  b.forward_samples<&NoiseKernel::forward>(kernel);
  if (kernel.dx != kNoSlot) b.backward_samples<&NoiseKernel::backward>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
