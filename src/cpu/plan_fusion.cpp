// What a plan does in one go: views and identities, activations in the products before them, normalisations in prediction, and
// derivatives that a reader takes over.
#include <algorithm>
#include <numeric>

#include "cpu/dropout.hpp"
#include "cpu/plan_compiler.hpp"
#include "graph/ops/activation.hpp"
#include "graph/ops/batch_normalize.hpp"
#include "graph/ops/dropout.hpp"

namespace wavetrain::cpu {
namespace {

bool is_relu(const wavetrain::Activation& a) { return a.kind() == ActivationKind::relu && a.has_default_params(); }

}  // namespace

void PlanCompiler::skip_and_fuse() {
  roots_.resize(graph_.values().size());
  std::iota(roots_.begin(), roots_.end(), 0);
  compiled_.resize(graph_.nodes().size());
  std::vector<int> uses(graph_.values().size(), 0);
  std::vector<int> user(graph_.values().size(), -1);
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    for (const ValueId id : graph_.nodes()[i].inputs) {
      if (id == kNoValue) continue;
      ++uses[static_cast<std::size_t>(id)];
      user[static_cast<std::size_t>(id)] = static_cast<int>(i);
    }
  }
  static const wavetrain::Activation linear = "linear";
  for (std::size_t i = 0; i < graph_.nodes().size(); ++i) {
    const GraphNode& n = graph_.nodes()[i];
    Compiled& c = compiled_[i];
    if (c.skipped) continue;
    c.epilogue = &linear;
    c.output = n.output;
    c.input_grads.assign(n.inputs.size(), kNoSlot);
    c.keeps_input.assign(n.inputs.size(), false);
    if (n.op->is_view() || (!plan_.training_ && n.op->is_identity_in_inference())) {
      c.skipped = true;
      roots_[static_cast<std::size_t>(n.output)] = root(n.inputs[0]);
      continue;
    }
    // An activation that alone reads this output is applied before the output is written.
    const auto fuse_activation = [&] {
      if (n.output == graph_.output() || uses[static_cast<std::size_t>(n.output)] != 1) return;
      const int next = user[static_cast<std::size_t>(n.output)];
      const auto* activate = dynamic_cast<const ops::Activate*>(node(next).op.get());
      if (activate == nullptr || activate->axis != -1 || !can_fuse(*n.op, activate->activation)) return;
      if (plan_.training_ && activate->backward_reads_input(0)) return;
      if (graph_.penalized(n.output)) return;  // has to exist by itself
      c.epilogue = &activate->activation;
      c.output = node(next).output;
      compiled(next).skipped = true;
    };
    fuse_activation();
    if (!plan_.training_ && can_normalize(*n.op)) fuse_normalization(c, uses, user);
  }
}

// In prediction a normalisation over the last axis is a multiplication and an addition with constants.
void PlanCompiler::fuse_normalization(Compiled& c, const std::vector<int>& uses, const std::vector<int>& user) {
  const auto only_reader = [&] {
    const bool alone = c.output != graph_.output() && uses[static_cast<std::size_t>(c.output)] == 1;
    return alone ? user[static_cast<std::size_t>(c.output)] : -1;
  };
  if (c.epilogue->kind() != ActivationKind::linear && !is_relu(*c.epilogue)) return;
  int next = only_reader();
  const auto* normalize = next < 0 ? nullptr : dynamic_cast<const ops::BatchNormalize*>(node(next).op.get());
  const int rank = shapes_[static_cast<std::size_t>(c.output)].rank();
  if (normalize == nullptr || node(next).inputs[0] != c.output ||
      (normalize->axis != -1 && normalize->axis != rank - 1))
    return;
  c.normalization = next;
  c.output = node(next).output;
  compiled(next).skipped = true;
  next = only_reader();
  const auto* activate = next < 0 ? nullptr : dynamic_cast<const ops::Activate*>(node(next).op.get());
  if (activate == nullptr || activate->axis != -1 || !is_relu(activate->activation)) return;
  c.normalization_relu = true;
  c.output = node(next).output;
  compiled(next).skipped = true;
}

// Who writes the reader's input 0, where the reader alone gives that its gradient; else null.
PlanCompiler::Compiled* PlanCompiler::only_writer(int reader) {
  const ValueId value = root(node(reader).inputs[0]);
  const SlotId grad = grad_slots_[static_cast<std::size_t>(value)];
  if (grad == kNoSlot || compiled(reader).input_grads[0] != grad || value == root(graph_.output())) return nullptr;
  const auto penalized = [&](const GraphPenalty& penalty) { return root(penalty.value) == value; };
  if (std::any_of(graph_.penalties().begin(), graph_.penalties().end(), penalized)) return nullptr;
  const auto writer = std::find_if(compiled_.begin(), compiled_.end(),
                                   [&](const Compiled& c) { return !c.skipped && c.output == value; });
  return writer == compiled_.end() ? nullptr : &*writer;
}

bool PlanCompiler::take_relu_derivative(int reader) {
  Compiled* const writer = only_writer(reader);
  if (writer == nullptr || !is_relu(*writer->epilogue)) return false;
  writer->derivative_taken = true;
  return true;
}

float PlanCompiler::take_relu_and_dropout_derivative(int reader) {
  if (take_relu_derivative(reader)) return 1.0f;
  Compiled* const between = only_writer(reader);
  if (between == nullptr) return 0.0f;
  const int number = static_cast<int>(between - compiled_.data());
  const auto* dropout = dynamic_cast<const ops::Dropout*>(node(number).op.get());
  if (dropout == nullptr || dropout->noise_shape.rank() != 0 || !take_relu_derivative(number)) return 0.0f;
  between->derivative_taken = true;
  const ValueId value = root(node(number).inputs[0]);
  const SlotId grad = compiled(reader).input_grads[0];
  for (std::size_t id = 0; id < roots_.size(); ++id) {
    if (roots_[id] == value) grad_slots_[id] = grad;
  }
  between->input_grads[0] = grad;
  return dropout_scale(dropout->rate);
}

}  // namespace wavetrain::cpu
