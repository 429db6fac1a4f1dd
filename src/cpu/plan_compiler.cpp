#include "cpu/plan_compiler.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cpu/kernels/add.hpp"
#include "cpu/kernels/kernels.hpp"
#include "cpu/kernels/penalty.hpp"
#include "graph/ops/conv1d.hpp"
#include "graph/ops/conv1d_transpose.hpp"
#include "graph/ops/conv_lstm1d.hpp"
#include "graph/ops/dropout.hpp"
#include "graph/ops/matmul.hpp"
#include "graph/ops/recurrent.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::cpu {
namespace {

// Blocks start on whole cache lines and end in slack of at least one vector, so that kernels may read past an end.
constexpr Index kLine = 16;
Index padded(Index floats) { return (floats + 2 * kLine - 1) / kLine * kLine; }

// Puts a stage into the last segment when both are per sample, or as its tail when it can follow them sample by sample, else
// into a new one.
void append(std::vector<Segment>& segments, const Stage& stage, double cost) {
  const bool open =
      !segments.empty() && segments.back().split == Stage::Split::samples && segments.back().tail.by_samples == nullptr;
  if (open && stage.by_samples != nullptr) {
    segments.back().tail = stage;
    segments.back().tail_cost = cost;
    return;
  }
  if (!open || stage.split != Stage::Split::samples) segments.push_back({.split = stage.split});
  segments.back().stages.push_back(stage);
  segments.back().cost_per_sample += cost;
}

}  // namespace

FlatLayout flat_layout(const Graph& graph, bool trained) {
  FlatLayout layout;
  for (std::size_t id = 0; id < graph.values().size(); ++id) {
    const GraphValue& value = graph.values()[id];
    if (!value.is_weight() || value.trained != trained) continue;
    layout.blocks.push_back({static_cast<ValueId>(id), layout.floats, value.shape.size()});
    layout.floats += padded(value.shape.size());
  }
  return layout;
}

PlanCompiler::PlanCompiler(Plan& plan) : plan_(plan), graph_(*plan.graph_) {}

void PlanCompiler::compile() {
  infer_shapes();
  skip_and_fuse();
  find_gradients();
  make_value_slots();
  compile_kernels();
  add_penalty_gradients();
  add_gradient_sums();
  group_segments();
  find_lifetimes();
  place_slots();
  choose_good_batch();
  choose_piece();
}

void PlanCompiler::infer_shapes() {
  shapes_.resize(graph_.values().size());
  for (std::size_t id = 0; id < shapes_.size(); ++id) {
    if (graph_.values()[id].is_weight()) shapes_[id] = graph_.values()[id].shape;
  }
  shapes_[static_cast<std::size_t>(graph_.input())] = plan_.input_;
  if (graph_.input_mask() != kNoValue) {
    shapes_[static_cast<std::size_t>(graph_.input_mask())] = Shape{plan_.input_[0], plan_.input_[1]};
  }
  for (const GraphNode& n : graph_.nodes()) {
    std::vector<Shape> inputs;
    for (const ValueId id : n.inputs)
      inputs.push_back(id == kNoValue ? Shape{} : shapes_[static_cast<std::size_t>(id)]);
    try {
      shapes_[static_cast<std::size_t>(n.output)] = n.op->infer(inputs);
    } catch (const ValueError& error) {
      throw ValueError(fmt::format("Layer '{}': {}", n.layer, error.what()));
    }
  }
  plan_.output_ = shapes_[static_cast<std::size_t>(graph_.output())];
}

double PlanCompiler::cost(int i) const {
  std::vector<Shape> inputs;
  for (const ValueId id : node(i).inputs)
    inputs.push_back(id == kNoValue ? Shape{} : shapes_[static_cast<std::size_t>(id)]);
  const Shape& output = shapes_[static_cast<std::size_t>(node(i).output)];
  return node(i).op->cost(inputs, output) / static_cast<double>(std::max<Index>(plan_.input_[0], 1));
}

void PlanCompiler::find_gradients() {
  needs_grad_.assign(graph_.values().size(), false);
  if (!plan_.training_) return;
  for (std::size_t id = 0; id < needs_grad_.size(); ++id) needs_grad_[id] = graph_.values()[id].trained;
  for (const GraphNode& n : graph_.nodes()) {
    const bool any = std::any_of(n.inputs.begin(), n.inputs.end(), [&](ValueId id) {
      return id != kNoValue && needs_grad_[static_cast<std::size_t>(id)];
    });
    needs_grad_[static_cast<std::size_t>(n.output)] = any && n.op->differentiable();
  }
}

SlotId PlanCompiler::new_slot(SlotPlace place, Index floats) {
  plan_.slots_.push_back(place);
  slots_.push_back({.floats = floats});
  return static_cast<SlotId>(slots_.size()) - 1;
}

void PlanCompiler::make_value_slots() {
  const std::size_t count = graph_.values().size();
  value_slots_.assign(count, kNoSlot);
  grad_slots_.assign(count, kNoSlot);
  partial_grads_.resize(count);
  if (plan_.training_) plan_.gradients_ = flat_layout(graph_, true);
  for (const FlatLayout::Block& block : plan_.gradients_.blocks) {
    grad_slots_[static_cast<std::size_t>(block.value)] =
        new_slot({.kind = SlotPlace::Kind::gradient, .offset = block.offset}, 0);
  }
  for (std::size_t id = 0; id < count; ++id) {
    const auto r = static_cast<std::size_t>(roots_[id]);
    if (r != id) continue;
    if (graph_.values()[id].is_weight()) {
      value_slots_[id] = new_slot({.kind = SlotPlace::Kind::weight, .weight = static_cast<ValueId>(id)}, 0);
      continue;
    }
    value_slots_[id] = new_arena_slot(shapes_[id].size());
    if (needs_grad_[id]) grad_slots_[id] = new_arena_slot(shapes_[id].size());
  }
  for (std::size_t id = 0; id < count; ++id) {
    const auto r = static_cast<std::size_t>(roots_[id]);
    value_slots_[id] = value_slots_[r];
    if (r != id) grad_slots_[id] = grad_slots_[r];
  }
  plan_.input_slot_ = value_slots_[static_cast<std::size_t>(graph_.input())];
  plan_.output_slot_ = value_slots_[static_cast<std::size_t>(graph_.output())];
  const auto slot_of = [&](ValueId id) {
    return id == kNoValue ? kNoSlot : value_slots_[static_cast<std::size_t>(id)];
  };
  plan_.input_mask_slot_ = slot_of(graph_.input_mask());
  plan_.output_mask_slot_ = slot_of(graph_.output_mask());
  SlotId& output_grad = grad_slots_[static_cast<std::size_t>(root(graph_.output()))];
  // A model without trained weights still has somewhere for the loss to put its gradient.
  if (plan_.training_ && output_grad == kNoSlot) {
    output_grad = new_arena_slot(shapes_[static_cast<std::size_t>(graph_.output())].size());
  }
  plan_.output_grad_slot_ = output_grad;

  // Who reads a value more than once gets its gradient in parts, which are added up before it is used.
  std::vector<int> uses(count, 0);
  const auto gives_gradients = [&](std::size_t i) {
    return !compiled_[i].skipped && graph_.nodes()[i].op->differentiable();
  };
  for (std::size_t i = 0; i < compiled_.size(); ++i) {
    if (!gives_gradients(i)) continue;
    for (const ValueId id : graph_.nodes()[i].inputs) {
      if (id != kNoValue && needs_grad_[static_cast<std::size_t>(id)]) ++uses[static_cast<std::size_t>(root(id))];
    }
  }
  for (std::size_t i = 0; i < compiled_.size(); ++i) {
    if (!gives_gradients(i)) continue;
    const GraphNode& n = graph_.nodes()[i];
    for (std::size_t k = 0; k < n.inputs.size(); ++k) {
      if (n.inputs[k] == kNoValue || !needs_grad_[static_cast<std::size_t>(n.inputs[k])]) continue;
      const auto r = static_cast<std::size_t>(root(n.inputs[k]));
      if (uses[r] == 1) {
        compiled_[i].input_grads[k] = grad_slots_[r];
      } else {
        compiled_[i].input_grads[k] = new_arena_slot(shapes_[r].size());
        partial_grads_[r].push_back(compiled_[i].input_grads[k]);
      }
    }
  }
}

// Readers come before those whose output they read: they may take over a derivative (KernelBuilder::takes_relu_derivative).
void PlanCompiler::compile_kernels() {
  for (std::size_t i = compiled_.size(); i-- > 0;) {
    if (compiled_[i].skipped) continue;
    KernelBuilder builder(*this, static_cast<int>(i));
    const bool done = std::any_of(kernel_table().begin(), kernel_table().end(),
                                  [&](const KernelEntry& entry) { return entry.compile(builder); });
    if (!done) throw InternalError(fmt::format("no kernel for operation {}", graph_.nodes()[i].op->name()));
  }
}

// Before the sums are put in front of them: a penalty's gradient joins when the rest is complete.
void PlanCompiler::add_penalty_gradients() {
  for (const GraphPenalty& penalty : graph_.penalties()) {
    const ValueId value = root(penalty.value);
    const auto id = static_cast<std::size_t>(value);
    plan_.penalties_.push_back({&penalty.regularizer, value_slots_[id], penalty.value});
    if (!needs_grad_[id]) continue;
    const auto writer = std::find_if(compiled_.begin(), compiled_.end(),
                                     [&](const Compiled& c) { return !c.skipped && c.output == value; });
    const auto kernel = std::make_shared<const PenaltyGradient>(
        PenaltyGradient{&penalty.regularizer, value_slots_[id], grad_slots_[id], penalty.value, graph_.input()});
    plan_.kernels_.push_back(kernel);
    writer->backward.insert(writer->backward.begin(), {Stage::Split::once, &PenaltyGradient::run, nullptr, kernel.get(),
                                                       static_cast<int>(writer - compiled_.begin())});
    writer->keeps_output = true;
  }
}

void PlanCompiler::add_gradient_sums() {
  for (std::size_t id = 0; id < partial_grads_.size(); ++id) {
    if (partial_grads_[id].empty()) continue;
    const int producer = graph_.values()[id].producer;
    // Weights have no producer; their parts are added after the last use, in the first node that reads them.
    int place = producer;
    for (int i = 0; place < 0 && i < static_cast<int>(compiled_.size()); ++i) {
      for (const ValueId input : node(i).inputs) {
        if (input == static_cast<ValueId>(id)) place = i;
      }
    }
    const auto kernel = std::make_shared<const AddGradients>(
        AddGradients{partial_grads_[id], grad_slots_[id], static_cast<ValueId>(id), graph_.values()[id].is_weight()});
    plan_.kernels_.push_back(kernel);
    const Stage stage{Stage::Split::once, &AddGradients::run, nullptr, kernel.get(), place};
    auto& backward = compiled(place).backward;
    backward.insert(producer < 0 ? backward.end() : backward.begin(), stage);
  }
}

// True for products whose rows are samples: they need many of them to fill their tiles.
bool PlanCompiler::rows_are_samples(int i) const {
  const GraphNode& n = node(i);
  if (dynamic_cast<const ops::Recurrent*>(n.op.get()) != nullptr) return true;
  if (dynamic_cast<const ops::ConvLstm1D*>(n.op.get()) != nullptr) return true;
  return shapes_[static_cast<std::size_t>(n.inputs[0])].rank() < 3 &&
         shapes_[static_cast<std::size_t>(n.output)].rank() < 3;
}

void PlanCompiler::choose_good_batch() {
  constexpr Index kCacheFloats = (Index{384} << 10) / static_cast<Index>(sizeof(float));
  constexpr Index kRows = 32, kMost = 64;
  double all = 0, rows = 0;
  for (std::size_t i = 0; i < compiled_.size(); ++i) {
    const GraphNode& n = graph_.nodes()[i];
    if (!n.op->sample_wise(plan_.training_) || !n.states.empty()) return;
    if (compiled_[i].skipped) continue;
    const double flops = cost(static_cast<int>(i));
    all += flops;
    if (rows_are_samples(static_cast<int>(i))) rows += flops;
  }
  const Index floats = std::max<Index>(1, plan_.arena_floats_ / std::max<Index>(1, plan_.input_[0]));
  const Index fitting = std::clamp<Index>(kCacheFloats / floats, 1, kMost);
  plan_.good_batch_ = 8 * rows > all ? std::max(fitting, kRows) : fitting;
}

// Is what the operation does for some samples, gradients of weights included, a part of what it does for the batch? The kernels
// of these three add up over pieces, and Dropout's numbers know their sample.
bool PlanCompiler::goes_in_pieces(int i) const {
  const GraphNode& n = node(i);
  const Op& op = *n.op;
  const bool adds_up = dynamic_cast<const ops::Conv1D*>(&op) != nullptr ||
                       dynamic_cast<const ops::Conv1DTranspose*>(&op) != nullptr ||
                       dynamic_cast<const ops::MatMul*>(&op) != nullptr;
  if (op.is_view() && !graph_.carries_batch(n.output)) return true;  // of a weight
  if (!op.sample_wise(true) || !n.states.empty()) return false;
  const auto* dropout = dynamic_cast<const ops::Dropout*>(&op);
  if (op.is_random() && (dropout == nullptr || !has_dropout_kernel(dropout->noise_shape))) return false;
  for (const ValueId id : n.inputs) {
    if (id == kNoValue || graph_.carries_batch(id)) continue;
    const ValueId weight = root(id);
    if (!adds_up || !graph_.value(weight).is_weight()) return false;
    if (!partial_grads_[static_cast<std::size_t>(weight)].empty()) return false;
  }
  const auto samples = [&](ValueId id) { return shapes_[static_cast<std::size_t>(id)][0]; };
  return samples(n.inputs[0]) == plan_.input_[0] && samples(n.output) == plan_.input_[0];
}

void PlanCompiler::choose_piece() {
  constexpr Index kPieceFloats = (Index{2} << 20) / static_cast<Index>(sizeof(float));
  const Index batch = plan_.input_[0];
  if (!plan_.training_ || plan_.in_pieces_ || !plan_.penalties_.empty() || graph_.input_mask() != kNoValue) return;
  double all = 0, rows = 0;
  for (std::size_t i = 0; i < compiled_.size(); ++i) {
    const int number = static_cast<int>(i);
    if (!goes_in_pieces(number)) return;
    all += cost(number);
    if (rows_are_samples(number)) rows += cost(number);
  }
  if (8 * rows > all || plan_.arena_floats_ < 2 * kPieceFloats) return;  // few rows would fill tiles badly
  // Whole blocks, enough of them for the threads.
  const Index block = SampleBlocks(batch).size(), fitting = kPieceFloats / (plan_.arena_floats_ / batch);
  const Index blocks = std::max<Index>({1, fitting / block, static_cast<Index>(plan_.max_threads_)});
  if (2 * blocks * block <= batch) plan_.piece_ = blocks * block;
}

// As many samples as stay in the second-level cache while they go from stage to stage. Products whose rows are samples
// need all of them to fill their tiles.
void PlanCompiler::choose_chunk(Segment& segment) const {
  constexpr Index kChunkFloats = (Index{256} << 10) / static_cast<Index>(sizeof(float));
  const bool has_tail = segment.tail.by_samples != nullptr;
  if (segment.split != Stage::Split::samples || (segment.stages.size() < 2 && !has_tail)) return;
  Index floats = 0;
  int previous = -1;
  const auto count = [&](Stage& stage) {
    const GraphNode& n = node(stage.node);
    const Shape& x = shapes_[static_cast<std::size_t>(n.inputs[0])];
    const Shape& y = shapes_[static_cast<std::size_t>(n.output)];
    stage.whole = rows_are_samples(stage.node) || x[0] != plan_.input_[0];
    if (!stage.whole && stage.node != previous) floats += (x.size() + y.size()) / std::max<Index>(x[0], 1);
    previous = stage.node;
  };
  for (Stage& stage : segment.stages) count(stage);
  if (has_tail) count(segment.tail);
  segment.chunk = std::max<Index>(1, kChunkFloats / std::max<Index>(floats, 1));
}

void PlanCompiler::group_segments() {
  for (Compiled& c : compiled_) {
    const double flops = c.skipped ? 0 : cost(static_cast<int>(&c - compiled_.data()));
    for (const Stage& stage : c.packing) append(plan_.packing_, stage, flops);
    for (const Stage& stage : c.forward) append(plan_.forward_, stage, flops / static_cast<double>(c.forward.size()));
  }
  for (auto c = compiled_.rbegin(); c != compiled_.rend(); ++c) {
    const double flops = c->skipped ? 0 : cost(static_cast<int>(&*c - compiled_.data()));
    for (const Stage& stage : c->backward) append(plan_.backward_, stage, flops);
  }
  for (Segment& segment : plan_.forward_) choose_chunk(segment);
  for (Segment& segment : plan_.backward_) choose_chunk(segment);
  // Which segments a node's stages ended up in.
  for (Compiled& c : compiled_) {
    c.forward_first = c.backward_first = std::numeric_limits<int>::max();
    c.forward_last = c.backward_last = -1;
  }
  const auto number = [&](const std::vector<Segment>& segments, int offset, int Compiled::*first, int Compiled::*last) {
    for (std::size_t s = 0; s < segments.size(); ++s) {
      const auto include = [&](const Stage& stage) {
        Compiled& c = compiled(stage.node);
        c.*first = std::min(c.*first, offset + static_cast<int>(s));
        c.*last = std::max(c.*last, offset + static_cast<int>(s));
      };
      for (const Stage& stage : segments[s].stages) include(stage);
      if (segments[s].tail.by_samples != nullptr) include(segments[s].tail);
    }
  };
  loss_time_ = static_cast<int>(plan_.forward_.size());
  number(plan_.forward_, 0, &Compiled::forward_first, &Compiled::forward_last);
  number(plan_.backward_, loss_time_ + 1, &Compiled::backward_first, &Compiled::backward_last);
}

void PlanCompiler::find_lifetimes() {
  const auto forward_and_backward = [](Lifetime& life, const Compiled& c) {
    life.include(c.forward_first);
    life.include(c.forward_last);
    if (c.backward_last >= 0) life.include(c.backward_last);
  };
  slot(plan_.input_slot_).life.include(0);
  slot(plan_.output_slot_).life.include(loss_time_);
  if (plan_.input_mask_slot_ != kNoSlot) slot(plan_.input_mask_slot_).life.include(0);
  if (plan_.output_mask_slot_ != kNoSlot) slot(plan_.output_mask_slot_).life.include(loss_time_);
  for (const Compiled& c : compiled_) {
    const GraphNode& n = graph_.nodes()[static_cast<std::size_t>(&c - compiled_.data())];
    // A skipped node may still be where the parts of its output's gradient are added up.
    if (c.skipped && c.backward_last >= 0) {
      const auto r = static_cast<std::size_t>(root(n.output));
      slot(grad_slots_[r]).life.include(c.backward_first);
      for (const SlotId part : partial_grads_[r]) slot(part).life.include(c.backward_first);
    }
    if (c.skipped || c.forward_last < 0) continue;
    const bool has_backward = c.backward_last >= 0;
    Lifetime& output = slot(value_slots_[static_cast<std::size_t>(c.output)]).life;
    output.include(c.forward_first);
    output.include(c.forward_last);
    if (has_backward && c.keeps_output) output.include(c.backward_last);
    for (std::size_t k = 0; k < n.inputs.size(); ++k) {
      if (n.inputs[k] == kNoValue) continue;
      Lifetime& input = slot(value_slots_[static_cast<std::size_t>(n.inputs[k])]).life;
      input.include(c.forward_last);
      if (has_backward && c.keeps_input[k]) input.include(c.backward_last);
      if (has_backward && c.input_grads[k] != kNoSlot) {
        slot(c.input_grads[k]).life.include(c.backward_first);
        slot(c.input_grads[k]).life.include(c.backward_last);
      }
    }
    if (has_backward) {
      const SlotId grad = grad_slots_[static_cast<std::size_t>(c.output)];
      if (grad != kNoSlot) {
        slot(grad).life.include(c.backward_first);
        slot(grad).life.include(c.backward_last);
      }
      // Parts of the gradient wait until they are added up in front of this node.
      for (const SlotId part : partial_grads_[static_cast<std::size_t>(root(c.output))]) {
        slot(part).life.include(c.backward_first);
      }
    }
    for (const SlotId id : c.saved) forward_and_backward(slot(id).life, c);
    for (const SlotId id : c.forward_temporaries) {
      slot(id).life.include(c.forward_first);
      slot(id).life.include(c.forward_last);
    }
    for (const SlotId id : c.backward_temporaries) {
      slot(id).life.include(c.backward_first);
      slot(id).life.include(c.backward_last);
    }
  }
  if (plan_.output_grad_slot_ != kNoSlot) slot(plan_.output_grad_slot_).life.include(loss_time_);
  for (const Plan::Penalty& penalty : plan_.penalties_) slot(penalty.slot).life.include(loss_time_);
  // Parts of a weight's gradient are added up in the last segment of its first reader.
  for (std::size_t id = 0; id < partial_grads_.size(); ++id) {
    if (!graph_.values()[id].is_weight()) continue;
    for (const SlotId part : partial_grads_[id])
      slot(part).life.include(loss_time_ + static_cast<int>(plan_.backward_.size()));
  }
}

// Largest first, each at the lowest place that is free for its whole life: simple, and near the optimum for chains.
void PlanCompiler::place_slots() {
  std::vector<SlotId> order;
  for (SlotId id = 0; id < static_cast<SlotId>(slots_.size()); ++id) {
    SlotPlace& place = plan_.slots_[static_cast<std::size_t>(id)];
    if (place.kind == SlotPlace::Kind::packed) {
      place.offset = plan_.packed_floats_;
      plan_.packed_floats_ += padded(slot(id).floats);
    }
    if (place.kind == SlotPlace::Kind::arena && slot(id).life.last >= 0) order.push_back(id);
  }
  std::stable_sort(order.begin(), order.end(), [&](SlotId a, SlotId b) { return slot(a).floats > slot(b).floats; });
  std::vector<SlotId> placed;
  for (const SlotId id : order) {
    const Lifetime& life = slot(id).life;
    std::vector<std::pair<Index, Index>> taken;  // [begin, end) of slots alive at the same time
    for (const SlotId other : placed) {
      const Lifetime& o = slot(other).life;
      if (o.last < life.first || o.first > life.last) continue;
      const Index begin = plan_.slots_[static_cast<std::size_t>(other)].offset;
      taken.emplace_back(begin, begin + padded(slot(other).floats));
    }
    std::sort(taken.begin(), taken.end());
    Index offset = 0;
    for (const auto& [begin, end] : taken) {
      if (offset + padded(slot(id).floats) <= begin) break;
      offset = std::max(offset, end);
    }
    plan_.slots_[static_cast<std::size_t>(id)].offset = offset;
    plan_.arena_floats_ = std::max(plan_.arena_floats_, offset + padded(slot(id).floats));
    placed.push_back(id);
  }
}

}  // namespace wavetrain::cpu
