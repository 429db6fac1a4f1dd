// The kernel that accepts every operation: its reference mathematics in float. Where samples do not depend on each other it
// runs per sample, cut over threads; the gradients of weights, which sum over samples, keep backward on one thread.
#include "cpu/kernels/kernels.hpp"

namespace wavetrain::cpu {
namespace {

struct ReferenceKernel {
  std::shared_ptr<const Op> op;
  std::vector<ValueId> input_values;
  std::vector<SlotId> inputs, states, input_grads;
  std::vector<bool> batched;  // inputs whose first dimension is the batch
  ValueId output_value;
  SlotId output, output_grad, saved;
  std::uint64_t seed;

  OpCall<float> call(const Run& run) const {
    OpCall<float> call;
    call.inputs = static_cast<int>(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] == kNoSlot) continue;
      call.input[i] = run.slot[inputs[i]];
      call.input_shape[i] = run.shape[input_values[i]];
      if (input_grads[i] != kNoSlot) call.input_grad[i] = run.slot[input_grads[i]];
    }
    for (std::size_t i = 0; i < states.size(); ++i) call.state[i] = run.slot[states[i]];
    call.output = run.slot[output];
    call.output_shape = run.shape[output_value];
    if (output_grad != kNoSlot) call.output_grad = run.slot[output_grad];
    if (saved != kNoSlot) call.saved = run.slot[saved];
    call.training = run.training;
    call.random = {.seed = seed, .step = run.step};
    return call;
  }
  // Samples first .. last-1: blocks that carry the batch start there.
  OpCall<float> call(const Run& run, Index first, Index last) const {
    OpCall<float> part = call(run);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!batched[i]) continue;
      const Index offset = first * part.input_shape[i].size_from(1);
      part.input[i] += offset;
      if (part.input_grad[i] != nullptr) part.input_grad[i] += offset;
      part.input_shape[i][0] = last - first;
    }
    const Index offset = first * part.output_shape.size_from(1);
    part.output += offset;
    if (part.output_grad != nullptr) part.output_grad += offset;
    part.output_shape[0] = last - first;
    return part;
  }
  void forward_samples(const Run& run, Index first, Index last, int) const { op->forward(call(run, first, last)); }
  void backward_samples(const Run& run, Index first, Index last, int) const { op->backward(call(run, first, last)); }
  void forward(const Run& run) const { op->forward(call(run)); }
  void backward(const Run& run) const { op->backward(call(run)); }
};

}  // namespace

bool compile_reference(KernelBuilder& b) {
  const GraphNode& node = b.node();
  ReferenceKernel kernel;
  kernel.op = node.op;
  kernel.input_values = node.inputs;
  std::vector<Shape> shapes;
  bool any_grad = false, weight_grad = false;
  for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
    kernel.inputs.push_back(b.input(i));
    kernel.input_grads.push_back(b.input_grad(i));
    shapes.push_back(b.input_shape(i));
    kernel.batched.push_back(b.input_value(i) != kNoValue && b.carries_batch(i));
    any_grad = any_grad || b.wants_grad(i);
    weight_grad = weight_grad || (b.wants_grad(i) && !kernel.batched.back());
    if (node.op->backward_reads_input(i)) b.backward_reads_input(i);
  }
  if (node.op->backward_reads_output()) b.backward_reads_output();
  for (int i = 0; i < static_cast<int>(node.states.size()); ++i) kernel.states.push_back(b.state(i));
  kernel.output_value = b.output_value();
  kernel.output = b.output();
  kernel.output_grad = b.output_grad();
  const Index saved = node.op->saved_size(shapes, b.output_shape());
  kernel.saved = saved > 0 ? b.saved(saved) : kNoSlot;
  kernel.seed = node.seed;
  const ReferenceKernel& owned = b.own(std::move(kernel));
  const bool by_sample = node.op->sample_wise(b.training()) && !(b.training() && node.op->is_random()) &&
                         owned.saved == kNoSlot && owned.states.empty();
  if (by_sample) b.forward_samples<&ReferenceKernel::forward_samples>(owned);
  else b.forward_once<&ReferenceKernel::forward>(owned);
  if (!b.training() || !any_grad) return true;
  if (by_sample && !weight_grad) b.backward_samples<&ReferenceKernel::backward_samples>(owned);
  else b.backward_once<&ReferenceKernel::backward>(owned);
  return true;
}

}  // namespace wavetrain::cpu
