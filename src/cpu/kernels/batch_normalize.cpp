#include "graph/ops/batch_normalize.hpp"

#include <algorithm>
#include <numeric>

#include "cpu/kernels/epilogue.hpp"
#include "cpu/kernels/kernels.hpp"
#include "cpu/kernels/mask_bytes.hpp"
#include "cpu/normalize.hpp"

namespace wavetrain::cpu {
namespace {

// Partial sums are kept per sample and combined in the order of samples, so that threads do not show.
struct BatchNormKernel {
  explicit BatchNormKernel(const KernelBuilder& b) : epilogue(b) {}

  ops::BatchNormalize op{};
  Epilogue epilogue;  // linear or relu
  Index C = 0;
  ValueId x_value = 0;
  SlotId x = 0, gamma = kNoSlot, beta = kNoSlot, moving_mean = 0, moving_variance = 0, y = 0;
  SlotId dx = kNoSlot, dgamma = kNoSlot, dbeta = kNoSlot, dy = kNoSlot;
  MaskBytes mask;
  SlotId kept = kNoSlot;                                      // one Index: positions that the mask keeps
  SlotId sample_counts = kNoSlot;                             // (samples) of Index
  SlotId center = kNoSlot, sum = kNoSlot, squares = kNoSlot;  // (samples, C)
  SlotId mean = kNoSlot, variance = kNoSlot, inverse = kNoSlot, scale = kNoSlot;  // (C)
  SlotId sums_dy = kNoSlot, sums_dy_xhat = kNoSlot;                               // (samples, C)

  // One sample as (outer, C, inner).
  ChannelLayout layout(const Run& run) const {
    Shape one = run.shape[x_value];
    one[0] = 1;
    const auto e = op.extent(one);
    return {e.outer, e.channels, e.inner};
  }
  const float* optional(const Run& run, SlotId slot) const { return slot == kNoSlot ? nullptr : run.slot[slot]; }

  Index* counts(const Run& run) const { return reinterpret_cast<Index*>(run.slot[sample_counts]); }
  void moments(const Run& run, Index first, Index last, int) const {
    const ChannelLayout l = layout(run);
    mask.convert(run, first, last);
    for (Index n = first; n < last; ++n) {
      counts(run)[n] = batch_moments(l, run.slot[x] + n * l.size(), mask.bytes(run, n),
                                     {run.slot[center] + n * C, run.slot[sum] + n * C, run.slot[squares] + n * C});
    }
  }
  void combine(const Run& run) const {
    if (mask)
      *reinterpret_cast<Index*>(run.slot[kept]) = std::accumulate(counts(run), counts(run) + run.batch, Index{0});
    combine_moments(run.batch, C, 0, C, counts(run), static_cast<bool>(mask),
                    {run.slot[center], run.slot[sum], run.slot[squares]}, run.slot[mean], run.slot[variance]);
    update_moving(C, op.momentum, run.slot[mean], run.slot[moving_mean]);
    update_moving(C, op.momentum, run.slot[variance], run.slot[moving_variance]);
    batch_scale(C, static_cast<float>(op.epsilon), run.slot[variance], optional(run, gamma), run.slot[inverse],
                run.slot[scale]);
  }
  void use_moving(const Run& run) const {
    std::copy_n(run.slot[moving_mean], C, run.slot[mean]);
    batch_scale(C, static_cast<float>(op.epsilon), run.slot[moving_variance], optional(run, gamma), run.slot[inverse],
                run.slot[scale]);
  }
  void normalize(const Run& run, Index first, Index last, int) const {
    const ChannelLayout l = layout(run);
    batch_normalize(l, last - first, run.slot[x] + first * l.size(), run.slot[mean], run.slot[scale],
                    optional(run, beta), epilogue.is_relu(), run.slot[y] + first * l.size());
  }
  // The gradient in front of the activation, of one sample.
  void differentiate(const Run& run, Index n) const {
    const Index size = layout(run).size();
    epilogue.differentiate(1, size, run.slot[y] + n * size, run.slot[dy] + n * size);
  }

  void gradient_sums(const Run& run, Index first, Index last, int) const {
    const ChannelLayout l = layout(run);
    for (Index n = first; n < last; ++n) {
      const float* const relu_y = epilogue.has_derivative() ? run.slot[y] + n * l.size() : nullptr;
      batch_gradient_sums(l, run.slot[x] + n * l.size(), relu_y, run.slot[dy] + n * l.size(), run.slot[mean],
                          run.slot[inverse], run.slot[sums_dy] + n * C, run.slot[sums_dy_xhat] + n * C);
    }
  }
  void combine_gradients(const Run& run) const {
    combine_gradient_sums(run.batch, C, 0, C, run.slot[sums_dy], run.slot[sums_dy_xhat], run.slot[dgamma],
                          run.slot[dbeta]);
  }
  void backward(const Run& run, Index first, Index last, int) const {
    const ChannelLayout l = layout(run);
    const double count = mask ? static_cast<double>(*reinterpret_cast<const Index*>(run.slot[kept])) + 1e-7
                              : static_cast<double>(run.batch * l.values_per_channel());
    batch_normalize_backward(l, last - first, count, run.slot[x] + first * l.size(), mask.bytes(run, first),
                             run.slot[dy] + first * l.size(), run.slot[mean], run.slot[inverse], run.slot[scale],
                             run.slot[dgamma], run.slot[dbeta], run.slot[dx] + first * l.size());
  }
  void backward_frozen(const Run& run, Index first, Index last, int) const {
    const ChannelLayout l = layout(run);
    for (Index n = first; n < last && sums_dy == kNoSlot; ++n) differentiate(run, n);
    batch_scale_backward(l, last - first, run.slot[dy] + first * l.size(), run.slot[scale],
                         run.slot[dx] + first * l.size());
  }
};

}  // namespace

bool compile_batch_normalize(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::BatchNormalize*>(&b.op());
  // Normalising the batch axis itself mixes samples in a way that these kernels do not know.
  if (op == nullptr || op->axis == 0 || op->axis == -b.input_shape(0).rank()) return false;
  const bool uses_batch = b.training() && !op->frozen;
  if (uses_batch && (op->by_step || (b.input(5) != kNoSlot && op->extent(b.input_shape(0)).inner != 1))) return false;
  BatchNormKernel k(b);
  k.op = *op;
  k.C = b.input_shape(3)[0];
  const Index N = b.input_shape(0)[0];
  k.x_value = b.input_value(0);
  k.x = b.input(0);
  k.gamma = b.input(1);
  k.beta = b.input(2);
  k.moving_mean = b.input(3);
  k.moving_variance = b.input(4);
  k.y = b.output();
  if (uses_batch) {
    k.mask = MaskBytes(b, 5);
    if (k.mask) k.kept = b.saved(static_cast<Index>(sizeof(Index) / sizeof(float)));
    k.sample_counts = b.forward_temporary(N * static_cast<Index>(sizeof(Index) / sizeof(float)));
    k.center = b.forward_temporary(N * k.C);
    k.sum = b.forward_temporary(N * k.C);
    k.squares = b.forward_temporary(N * k.C);
    k.variance = b.forward_temporary(k.C);
  }
  const auto kept = [&](Index floats) { return uses_batch ? b.saved(floats) : b.packed(floats); };
  k.mean = kept(k.C);
  k.inverse = kept(k.C);
  k.scale = kept(k.C);
  const bool trains = b.training() && (b.wants_grad(0) || b.wants_grad(1) || b.wants_grad(2));
  const bool needs_sums = trains && (uses_batch || b.wants_grad(1) || b.wants_grad(2));
  if (trains) {
    k.dx = b.input_grad(0);
    k.dgamma = b.input_grad(1);
    k.dbeta = b.input_grad(2);
    k.dy = b.output_grad();
    if (k.epilogue.has_derivative()) b.backward_reads_output();
  }
  if (needs_sums) {
    b.backward_reads_input(0);
    k.sums_dy = b.backward_temporary(N * k.C);
    k.sums_dy_xhat = b.backward_temporary(N * k.C);
    if (k.dgamma == kNoSlot) k.dgamma = b.backward_temporary(k.C);
    if (k.dbeta == kNoSlot) k.dbeta = b.backward_temporary(k.C);
  }
  const BatchNormKernel& kernel = b.own(std::move(k));
  if (uses_batch) {
    b.forward_samples<&BatchNormKernel::moments>(kernel);
    b.forward_once<&BatchNormKernel::combine>(kernel);
  } else {
    b.pack<&BatchNormKernel::use_moving>(kernel);
  }
  b.forward_samples<&BatchNormKernel::normalize>(kernel);
  if (needs_sums) {
    b.backward_samples<&BatchNormKernel::gradient_sums>(kernel);
    b.backward_once<&BatchNormKernel::combine_gradients>(kernel);
  }
  if (kernel.dx == kNoSlot) return true;
  if (uses_batch) b.backward_samples<&BatchNormKernel::backward>(kernel);
  else b.backward_samples<&BatchNormKernel::backward_frozen>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
