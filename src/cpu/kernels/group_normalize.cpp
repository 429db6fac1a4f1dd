#include "graph/ops/group_normalize.hpp"

#include "cpu/group_normalize.hpp"
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

// Each sample leaves its share of the gradients of gamma and beta; they are added in the order of the samples, in double.
struct GroupNormKernel {
  ops::GroupNormalize op;
  ValueId x_value = 0;
  SlotId x = 0, gamma = kNoSlot, beta = kNoSlot, y = 0;
  SlotId mean = 0, inverse = 0;
  SlotId dx = kNoSlot, dgamma = kNoSlot, dbeta = kNoSlot, dy = kNoSlot;
  SlotId gamma_shares = kNoSlot, beta_shares = kNoSlot;  // (samples, parameters)

  GroupLayout layout(const Run& run) const {
    GroupLayout result;
    group_layout(run.shape[x_value], op.reduced, op.parameters, result);
    return result;
  }
  float* optional(const Run& run, SlotId slot) const { return slot == kNoSlot ? nullptr : run.slot[slot]; }
  GroupForward arguments(const Run& run) const {
    return {.kind = op.kind,
            .epsilon = static_cast<float>(op.epsilon),
            .gamma = optional(run, gamma),
            .beta = optional(run, beta)};
  }

  void forward(const Run& run, Index first, Index last, int) const {
    const GroupLayout l = layout(run);
    const Index values = l.values(), groups = l.groups();
    for (Index n = first; n < last; ++n) {
      group_normalize(l, arguments(run), run.slot[x] + n * values, run.slot[y] + n * values,
                      run.slot[mean] + n * groups, run.slot[inverse] + n * groups);
    }
  }
  void backward(const Run& run, Index first, Index last, int) const {
    const GroupLayout l = layout(run);
    const Index values = l.values(), groups = l.groups();
    for (Index n = first; n < last; ++n) {
      GroupBackward result;
      if (dx != kNoSlot) result.dx = run.slot[dx] + n * values;
      if (dgamma != kNoSlot) result.dgamma = run.slot[gamma_shares] + n * l.parameters;
      if (dbeta != kNoSlot) result.dbeta = run.slot[beta_shares] + n * l.parameters;
      group_normalize_backward(l, arguments(run), run.slot[x] + n * values, run.slot[dy] + n * values,
                               run.slot[mean] + n * groups, run.slot[inverse] + n * groups, result);
    }
  }
  void add_shares(const Run& run) const {
    const Index parameters = layout(run).parameters;
    const auto add = [&](SlotId shares, SlotId sum) {
      if (sum == kNoSlot) return;
      for (Index p = 0; p < parameters; ++p) {
        double total = 0;
        for (Index n = 0; n < run.batch; ++n) total += static_cast<double>(run.slot[shares][n * parameters + p]);
        run.slot[sum][p] = static_cast<float>(total);
      }
    };
    add(gamma_shares, dgamma);
    add(beta_shares, dbeta);
  }
};

}  // namespace

bool compile_group_normalize(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::GroupNormalize*>(&b.op());
  GroupLayout l;
  if (op == nullptr || !group_layout(b.input_shape(0), op->reduced, op->parameters, l)) return false;
  const Index samples = b.input_shape(0)[0];
  GroupNormKernel k;
  k.op = *op;
  k.x_value = b.input_value(0);
  k.x = b.input(0);
  k.gamma = b.input(1);
  k.beta = b.input(2);
  k.y = b.output();
  k.mean = b.saved(samples * l.groups());
  k.inverse = b.saved(samples * l.groups());
  const bool trains = b.training() && (b.wants_grad(0) || b.wants_grad(1) || b.wants_grad(2));
  if (trains) {
    k.dx = b.input_grad(0);
    k.dgamma = b.input_grad(1);
    k.dbeta = b.input_grad(2);
    k.dy = b.output_grad();
    if (k.dgamma != kNoSlot) k.gamma_shares = b.backward_temporary(samples * l.parameters);
    if (k.dbeta != kNoSlot) k.beta_shares = b.backward_temporary(samples * l.parameters);
    b.backward_reads_input(0);
  }
  const GroupNormKernel& kernel = b.own(std::move(k));
  b.forward_samples<&GroupNormKernel::forward>(kernel);
  if (!trains) return true;
  b.backward_samples<&GroupNormKernel::backward>(kernel);
  if (kernel.dgamma != kNoSlot || kernel.dbeta != kNoSlot) b.backward_once<&GroupNormKernel::add_shares>(kernel);
  return true;
}

}  // namespace wavetrain::cpu
