#include "cpu/plan.hpp"

#include <algorithm>

#include "cpu/plan_compiler.hpp"
#include "graph/ops/activation.hpp"
#include "graph/ops/batch_normalize.hpp"
#include "graph/ops/conv1d.hpp"
#include "graph/ops/conv1d_transpose.hpp"
#include "graph/ops/matmul.hpp"

namespace wavetrain::cpu {

const wavetrain::Activation* final_activation(const Graph& graph) {
  const int producer = graph.value(graph.output()).producer;
  if (producer < 0) return nullptr;
  const auto* activate = dynamic_cast<const ops::Activate*>(graph.nodes()[static_cast<std::size_t>(producer)].op.get());
  return activate != nullptr && activate->axis == -1 ? &activate->activation : nullptr;
}

Plan::Plan(std::shared_ptr<const Graph> graph, const Shape& input, bool training, int max_threads,
           bool loss_takes_activation, bool in_pieces)
    : graph_(std::move(graph)),
      input_(input),
      training_(training),
      max_threads_(max_threads),
      loss_takes_activation_(loss_takes_activation),
      in_pieces_(in_pieces) {
  PlanCompiler(*this).compile();
}

Index Plan::piece_of(Index whole) const {
  const Index block = SampleBlocks(whole).size();
  return input_[0] / block * block;
}

bool Plan::fits(const Shape& input) const {
  if (input.rank() != input_.rank() || (in_pieces_ && piece_of(input[0]) == 0)) return false;
  for (int axis = in_pieces_ ? 1 : 0; axis < input.rank(); ++axis) {
    if (input[axis] > input_[axis]) return false;
  }
  return true;
}

// --- KernelBuilder ---------------------------------------------------------------------------------------------------

const GraphNode& KernelBuilder::node() const { return compiler_.node(node_); }
bool KernelBuilder::training() const { return compiler_.plan_.training(); }
bool KernelBuilder::in_pieces() const { return compiler_.plan_.in_pieces(); }
int KernelBuilder::max_threads() const { return compiler_.plan_.max_threads(); }

const Shape& KernelBuilder::input_shape(int i) const {
  static const Shape none;
  const ValueId id = input_value(i);
  return id == kNoValue ? none : compiler_.shapes_[static_cast<std::size_t>(id)];
}
const Shape& KernelBuilder::output_shape() const { return compiler_.shapes_[static_cast<std::size_t>(node().output)]; }
ValueId KernelBuilder::output_value() const { return compiler_.compiled(node_).output; }

bool KernelBuilder::carries_batch(int i) const { return compiler_.plan_.graph().carries_batch(input_value(i)); }

SlotId KernelBuilder::input(int i) const {
  const ValueId id = input_value(i);
  return id == kNoValue ? kNoSlot : compiler_.value_slots_[static_cast<std::size_t>(id)];
}
SlotId KernelBuilder::state(int i) const {
  return compiler_.value_slots_[static_cast<std::size_t>(node().states[static_cast<std::size_t>(i)])];
}
SlotId KernelBuilder::output() const { return compiler_.value_slots_[static_cast<std::size_t>(output_value())]; }
SlotId KernelBuilder::input_grad(int i) { return compiler_.compiled(node_).input_grads[static_cast<std::size_t>(i)]; }
SlotId KernelBuilder::output_grad() const {
  return compiler_.grad_slots_[static_cast<std::size_t>(compiler_.root(output_value()))];
}
bool KernelBuilder::wants_grad(int i) const {
  return compiler_.compiled(node_).input_grads[static_cast<std::size_t>(i)] != kNoSlot;
}
const wavetrain::Activation& KernelBuilder::epilogue() const { return *compiler_.compiled(node_).epilogue; }

const GraphNode* KernelBuilder::normalization() const {
  const int fused = compiler_.compiled(node_).normalization;
  return fused < 0 ? nullptr : &compiler_.node(fused);
}
bool KernelBuilder::normalization_relu() const { return compiler_.compiled(node_).normalization_relu; }
SlotId KernelBuilder::weight(ValueId id) const {
  return id == kNoValue ? kNoSlot : compiler_.value_slots_[static_cast<std::size_t>(id)];
}

bool KernelBuilder::gradient_by_loss() const {
  const Plan& plan = compiler_.plan_;
  return plan.loss_takes_activation_ && output_value() == plan.graph().output() &&
         final_activation(plan.graph()) != nullptr;
}
const wavetrain::Activation& KernelBuilder::backward_epilogue() const {
  static const wavetrain::Activation linear;
  return gradient_by_loss() || compiler_.compiled(node_).derivative_taken ? linear : epilogue();
}
bool KernelBuilder::takes_relu_derivative() { return training() && compiler_.take_relu_derivative(node_); }
float KernelBuilder::takes_relu_and_dropout_derivative() {
  return training() ? compiler_.take_relu_and_dropout_derivative(node_) : 0.0f;
}
bool KernelBuilder::derivative_taken() const { return compiler_.compiled(node_).derivative_taken; }

void KernelBuilder::backward_reads_input(int i) {
  compiler_.compiled(node_).keeps_input[static_cast<std::size_t>(i)] = true;
}
void KernelBuilder::backward_reads_output() { compiler_.compiled(node_).keeps_output = true; }

SlotId KernelBuilder::saved(Index floats) {
  const SlotId id = compiler_.new_arena_slot(floats);
  compiler_.compiled(node_).saved.push_back(id);
  return id;
}
SlotId KernelBuilder::forward_temporary(Index floats) {
  const SlotId id = compiler_.new_arena_slot(floats);
  compiler_.compiled(node_).forward_temporaries.push_back(id);
  return id;
}
SlotId KernelBuilder::backward_temporary(Index floats) {
  const SlotId id = compiler_.new_arena_slot(floats);
  compiler_.compiled(node_).backward_temporaries.push_back(id);
  return id;
}
SlotId KernelBuilder::packed(Index floats) { return compiler_.new_slot({.kind = SlotPlace::Kind::packed}, floats); }
void KernelBuilder::scratch(Index floats) {
  compiler_.plan_.scratch_floats_ = std::max(compiler_.plan_.scratch_floats_, (floats + 31) / 16 * 16);
}

void KernelBuilder::add(int phase, const Stage& stage) {
  PlanCompiler::Compiled& c = compiler_.compiled(node_);
  (phase == 0 ? c.packing : phase == 1 ? c.forward : c.backward).push_back(stage);
}
void KernelBuilder::keep(std::shared_ptr<const void> kernel) { compiler_.plan_.kernels_.push_back(std::move(kernel)); }

bool can_fuse(const Op& op, const wavetrain::Activation& activation) {
  if (const auto* normalize = dynamic_cast<const ops::BatchNormalize*>(&op)) {
    const bool has_kernel = !normalize->by_step && (normalize->axis == -1 || normalize->axis > 0);
    return has_kernel && activation.kind() == ActivationKind::relu && activation.has_default_params();
  }
  return dynamic_cast<const ops::Conv1D*>(&op) != nullptr ||
         dynamic_cast<const ops::Conv1DTranspose*>(&op) != nullptr || dynamic_cast<const ops::MatMul*>(&op) != nullptr;
}

bool can_normalize(const Op& op) {
  const auto* conv = dynamic_cast<const ops::Conv1D*>(&op);
  return conv != nullptr && conv->groups == 1;
}

}  // namespace wavetrain::cpu
