#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "graph/ops/activation.hpp"
#include "graph/ops/fold.hpp"
#include "graph/ops/several_outputs.hpp"
#include "layers/layer_state.hpp"
#include "wavetrain/layer.hpp"
#include "wavetrain/log.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain {

Tensor Layer::lower(Lowering& graph, Tensor x) const {
  if (const std::vector<Shape> several = ops::outputs_of(graph.graph_, x.value); !several.empty()) {
    std::vector<std::string> shapes;
    for (const Shape& shape : several) shapes.push_back(to_string(shape));
    throw ValueError(fmt::format(
        "Layer \"{}\" expects 1 input(s), but it received {} input tensors. Inputs received: [{}]. Only the last "
        "layer of a Sequential can have return_state=True or merge_mode=None.",
        name(), several.size(), fmt::join(shapes, ", ")));
  }
  const Lowering::Scope scope = graph.enter(*this);
  state_->input_shape = graph.shape(x);
  const Tensor y = state_->definition->lower(graph, x);
  const Regularizer* const activity = state_->definition->activity_regularizer();
  if (activity != nullptr && activity->has_value()) {
    if (graph.steps_ == 0) graph.penalize(y, *activity);
    // Keras' TimeDistributed leaves that of its own layer out.
    else if (!(*graph.step_layer_ == *this)) graph.refuse("activity_regularizer inside a TimeDistributed");
  }
  const std::vector<Shape> several = ops::outputs_of(graph.graph_, y.value);
  state_->output_shape = several.empty() ? graph.shape(y) : several.front();
  if (x.mask != kNoValue && y.mask == kNoValue && !graph.used_mask_ && !std::exchange(state_->told_of_mask, true)) {
    log(LogLevel::warning,
        fmt::format(
            "Layer '{}' (of type {}) was passed an input with a mask attached to it. However, this layer does not "
            "support masking and will therefore destroy the mask information. Downstream layers will not see the "
            "mask.",
            name(), class_name()));
  }
  return y;
}

Lowering::Scope::Scope(Lowering& lowering, const Layer& layer)
    : lowering_(lowering),
      layer_(std::exchange(lowering.layer_, &layer)),
      group_(std::exchange(lowering.group_, std::string())),
      trainable_(std::exchange(lowering.trainable_, layer.state_->trains())),
      used_mask_(std::exchange(lowering.used_mask_, false)) {}

Lowering::Scope::~Scope() {
  Layer::State& state = *lowering_.layer_->state_;
  std::vector<Variable>& all = state.all_variables;
  all = state.variables;
  for (const Sublayer& part : state.sublayers) {
    for (const Variable& more : part.layer.variables()) {
      if (std::find(all.begin(), all.end(), more) == all.end()) all.push_back(more);
    }
  }
  lowering_.layer_ = layer_;
  lowering_.group_ = std::move(group_);
  lowering_.trainable_ = trainable_;
  lowering_.used_mask_ = used_mask_;
}

const Layer& Lowering::sublayer(std::size_t i) const { return layer_->state_->sublayers[i].layer; }

Tensor Lowering::lower_steps(const Layer& layer, Tensor x) {
  Tensor steps = apply(ops::Fold(), {x});
  if (x.mask != kNoValue) steps.mask = apply(ops::Fold(), {Tensor{x.mask, kNoValue}}).value;
  const Layer* const outer = std::exchange(step_layer_, &layer);
  ++steps_;
  const Tensor y = layer.lower(*this, steps);
  --steps_;
  step_layer_ = outer;
  if (!ops::outputs_of(graph_, y.value).empty())
    refuse("a layer of several outputs (return_state=True, merge_mode=None)");
  return apply(ops::Unfold(), {y, x});
}

Tensor Lowering::state(const std::string& name, const Shape& shape) {
  auto& states = layer_->state_->states;
  auto found = std::find_if(states.begin(), states.end(), [&](const Variable& variable) {
    return variable.name() == name && variable.group() == group_;
  });
  if (found != states.end() && found->shape() != shape) found = states.erase(found), found = states.end();
  if (found == states.end()) {
    found = states.insert(states.end(), Variable({.name = name, .shape = shape, .trainable = false}, group_));
  }
  return {graph_.add_weight(*found, false), kNoValue};
}

void Lowering::fail(const std::string& message) const {
  if (layer_ == nullptr) throw ValueError(message);
  throw ValueError(fmt::format("{} (layer '{}'): {}", layer_->class_name(), layer_->name(), message));
}

void Lowering::refuse(const std::string& what) const {
  throw NotSupported(fmt::format("{} (layer '{}') does not support {}", layer_->class_name(), layer_->name(), what));
}

const Shape& Lowering::require_rank(Tensor x, int rank, bool last_known) const {
  const Shape& s = shape(x);
  if (s.rank() != rank) {
    throw ValueError(
        fmt::format("Input 0 of layer '{}' is incompatible with the layer: expected ndim={}, found ndim={}. "
                    "Full shape received: {}",
                    layer_->name(), rank, s.rank(), to_string(s)));
  }
  if (last_known && s.back() < 0)
    fail(fmt::format("the last dimension of the input must be known. Received: {}", to_string(s)));
  return s;
}

const Shape& Lowering::require_min_rank(Tensor x, int rank, bool last_known) const {
  const Shape& s = shape(x);
  if (s.rank() < rank) {
    throw ValueError(
        fmt::format("Input 0 of layer '{}' is incompatible with the layer: expected min_ndim={}, found "
                    "ndim={}. Full shape received: {}",
                    layer_->name(), rank, s.rank(), to_string(s)));
  }
  if (last_known && s.back() < 0)
    fail(fmt::format("the last dimension of the input must be known. Received: {}", to_string(s)));
  return s;
}

Tensor Lowering::weight(const WeightSpec& spec, const Array* initial) {
  auto& variables = layer_->state_->variables;
  auto found = std::find_if(variables.begin(), variables.end(), [&](const Variable& variable) {
    return variable.name() == spec.name && variable.group() == group_;
  });
  if (found != variables.end() && found->shape() != spec.shape) {
    fail(fmt::format("weight '{}' has shape {} already; this input needs {}", spec.name, to_string(found->shape()),
                     to_string(spec.shape)));
  }
  if (found == variables.end()) {
    // Keras lists trainable weights first, then the others, each in creation order.
    const auto place = !spec.trainable ? variables.end()
                                       : std::find_if(variables.begin(), variables.end(),
                                                      [](const Variable& v) { return !v.trainable(); });
    found = variables.insert(place, Variable(spec, group_));
    if (initial != nullptr) found->assign(*initial);
  }
  return {graph_.add_weight(*found, spec.trainable && trainable_), kNoValue};
}

Tensor Lowering::share(const Layer& part, const Variable& weight) {
  auto& variables = layer_->state_->variables;
  if (std::find(variables.begin(), variables.end(), weight) == variables.end())
    variables.insert(variables.begin(), weight);
  return {graph_.add_weight(weight, weight.trainable() && part.trainable()), kNoValue};
}

Lowering::Group::Group(Lowering& lowering, std::string name)
    : lowering_(lowering), previous_(std::exchange(lowering.group_, std::move(name))) {}

Lowering::Group::~Group() { lowering_.group_ = previous_; }

Tensor Lowering::apply(std::shared_ptr<const Op> op, std::initializer_list<Tensor> inputs,
                       std::initializer_list<Tensor> states) {
  std::vector<ValueId> input_ids;
  for (const Tensor& input : inputs) input_ids.push_back(input.value);
  std::vector<ValueId> state_ids;
  for (const Tensor& state : states) state_ids.push_back(state.value);
  std::uint64_t seed = 0;
  if (op->is_random()) {
    use_seed(std::nullopt);
    // Two uses within one layer must not draw the same numbers.
    seed = layer_->state_->seed + graph_.nodes().size() * 0x9E3779B97F4A7C15u;
  }
  try {
    return {graph_.add_node(std::move(op), std::move(input_ids), std::move(state_ids), layer_->name(), seed), kNoValue};
  } catch (const ValueError& error) {
    fail(error.what());
  }
}

Tensor Lowering::activate(Tensor x, const Activation& activation) {
  if (activation.kind() == ActivationKind::linear) return x;
  return {apply(ops::Activate(activation), {x}).value, x.mask};
}

void Lowering::penalize(Tensor x, const Regularizer& regularizer) {
  if (regularizer.has_value()) graph_.add_penalty(x.value, regularizer);
}

void Lowering::use_seed(const std::optional<Index>& seed) {
  if (!seed && layer_->state_->has_seed) return;
  layer_->state_->seed = seed ? static_cast<std::uint64_t>(*seed) : next_seed();
  layer_->state_->has_seed = true;
}

}  // namespace wavetrain
