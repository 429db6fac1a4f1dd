#include "graph/ops/pool1d.hpp"

#include "cpu/kernels/kernels.hpp"
#include "cpu/kernels/mask_bytes.hpp"
#include "cpu/pool1d.hpp"

namespace wavetrain::cpu {
namespace {

struct PoolSlots {
  ValueId x_value, y_value;
  SlotId x, y, dx, dy;
  bool relu;  // what gave x, whose derivative backward applies

  explicit PoolSlots(KernelBuilder& b)
      : x_value(b.input_value(0)),
        y_value(b.output_value()),
        x(b.input(0)),
        y(b.output()),
        dx(b.input_grad(0)),
        dy(b.output_grad()),
        relu(b.takes_relu_derivative()) {}
  const float* relu_x(const Run& run, Index offset) const { return relu ? run.slot[x] + offset : nullptr; }
};

struct PoolKernel : PoolSlots {
  PoolKernel(KernelBuilder& b, const ops::Pool1D& pool_op) : PoolSlots(b), op(pool_op) {}
  ops::Pool1D op;

  Pool1D pool(const Run& run) const {
    const Shape& shape = run.shape[x_value];
    const ops::PaddedLength length = ops::padded_length(op.padding, shape[1], op.size, op.stride);
    return {.T = shape[1],
            .C = shape[2],
            .pool = op.size,
            .stride = op.stride,
            .pad_left = length.left,
            .pad_right = length.right};
  }
  void forward(const Run& run, Index first, Index last, int) const {
    const float* in = run.slot[x] + first * run.shape[x_value].size_from(1);
    float* out = run.slot[y] + first * run.shape[y_value].size_from(1);
    if (op.kind == ops::PoolKind::max) max_pool_forward(pool(run), last - first, in, out);
    else average_pool_forward(pool(run), last - first, in, out);
  }
  void backward(const Run& run, Index first, Index last, int) const {
    const Index in = first * run.shape[x_value].size_from(1), out = first * run.shape[y_value].size_from(1);
    if (op.kind == ops::PoolKind::max) {
      max_pool_backward(pool(run), last - first, run.slot[x] + in, run.slot[y] + out, run.slot[dy] + out,
                        run.slot[dx] + in, relu);
    } else {
      average_pool_backward(pool(run), last - first, run.slot[dy] + out, run.slot[dx] + in, relu_x(run, in));
    }
  }
};

struct GlobalPoolKernel : PoolSlots {
  GlobalPoolKernel(KernelBuilder& b, ops::PoolKind pool_kind) : PoolSlots(b), kind(pool_kind), mask(b, 1) {}
  ops::PoolKind kind;
  MaskBytes mask;

  void forward(const Run& run, Index first, Index last, int) const {
    const Shape& s = run.shape[x_value];
    const float* in = run.slot[x] + first * s[1] * s[2];
    float* out = run.slot[y] + first * s[2];
    if (kind == ops::PoolKind::max) {
      global_max_forward(last - first, s[1], s[2], in, out);
    } else {
      mask.convert(run, first, last);
      global_average_forward(last - first, s[1], s[2], in, mask.bytes(run, first), out);
    }
  }
  void backward(const Run& run, Index first, Index last, int) const {
    const Shape& s = run.shape[x_value];
    const Index in = first * s[1] * s[2], out = first * s[2];
    if (kind == ops::PoolKind::max) {
      global_max_backward(last - first, s[1], s[2], run.slot[x] + in, run.slot[y] + out, run.slot[dy] + out,
                          run.slot[dx] + in, relu);
    } else {
      global_average_backward(last - first, s[1], s[2], mask.bytes(run, first), run.slot[dy] + out, run.slot[dx] + in,
                              relu_x(run, in));
    }
  }
};

template <class K>
void compile(KernelBuilder& b, K k, ops::PoolKind kind) {
  const K& kernel = b.own(std::move(k));
  b.forward_samples<&K::forward>(kernel);
  if (kernel.dx == kNoSlot) return;
  if (kind == ops::PoolKind::max || kernel.relu) b.backward_reads_input(0);
  if (kind == ops::PoolKind::max) b.backward_reads_output();
  b.backward_samples<&K::backward>(kernel);
}

}  // namespace

bool compile_pool1d(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::Pool1D*>(&b.op());
  if (op == nullptr) return false;
  compile(b, PoolKernel(b, *op), op->kind);
  return true;
}

bool compile_global_pool1d(KernelBuilder& b) {
  const auto* op = dynamic_cast<const ops::GlobalPool1D*>(&b.op());
  if (op == nullptr) return false;
  compile(b, GlobalPoolKernel(b, op->kind), op->kind);
  return true;
}

}  // namespace wavetrain::cpu
