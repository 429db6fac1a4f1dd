#include "reference/executor.hpp"

#include <algorithm>

namespace wavetrain::reference {

Executor::Executor(std::shared_ptr<const Graph> graph)
    : graph_(std::move(graph)),
      shapes_(graph_->values().size()),
      values_(graph_->values().size()),
      gradients_(graph_->values().size()),
      saved_(graph_->nodes().size()) {
  for (std::size_t id = 0; id < values_.size(); ++id) {
    const GraphValue& value = graph_->values()[id];
    if (!value.is_weight()) continue;
    shapes_[id] = value.shape;
    values_[id].assign(value.variable.data(), value.variable.data() + value.variable.size());
  }
}

OpCall<double> Executor::call(std::size_t n) {
  const GraphNode& node = graph_->nodes()[n];
  OpCall<double> call;
  call.inputs = static_cast<int>(node.inputs.size());
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == kNoValue) continue;
    const auto id = static_cast<std::size_t>(node.inputs[i]);
    call.input[i] = values_[id].data();
    call.input_shape[i] = shapes_[id];
  }
  for (std::size_t i = 0; i < node.states.size(); ++i)
    call.state[i] = values_[static_cast<std::size_t>(node.states[i])].data();
  const auto output = static_cast<std::size_t>(node.output);
  call.output = values_[output].data();
  call.output_shape = shapes_[output];
  call.saved = saved_[n].data();
  call.training = training_;
  call.random = {.seed = node.seed, .step = step_};
  return call;
}

const std::vector<double>& Executor::forward(const Shape& shape, const std::vector<double>& input, bool training,
                                             std::uint64_t step) {
  training_ = training;
  step_ = step;
  shapes_[static_cast<std::size_t>(graph_->input())] = shape;
  values_[static_cast<std::size_t>(graph_->input())] = input;
  for (std::size_t n = 0; n < graph_->nodes().size(); ++n) {
    const GraphNode& node = graph_->nodes()[n];
    std::vector<Shape> inputs;
    for (const ValueId id : node.inputs)
      inputs.push_back(id == kNoValue ? Shape{} : shapes_[static_cast<std::size_t>(id)]);
    const auto output = static_cast<std::size_t>(node.output);
    shapes_[output] = node.op->infer(inputs);
    values_[output].assign(static_cast<std::size_t>(shapes_[output].size()), 0.0);
    saved_[n].assign(static_cast<std::size_t>(node.op->saved_size(inputs, shapes_[output])), 0.0);
    node.op->forward(call(n));
  }
  return values_[static_cast<std::size_t>(graph_->output())];
}

void Executor::backward(const std::vector<double>& output_grad) {
  for (auto& gradient : gradients_) gradient.clear();
  gradients_[static_cast<std::size_t>(graph_->output())] = output_grad;
  for (std::size_t n = graph_->nodes().size(); n-- > 0;) {
    const GraphNode& node = graph_->nodes()[n];
    const auto output = static_cast<std::size_t>(node.output);
    if (gradients_[output].empty()) continue;
    OpCall<double> c = call(n);
    c.output_grad = gradients_[output].data();
    std::vector<std::vector<double>> parts(node.inputs.size());
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue) continue;
      parts[i].assign(static_cast<std::size_t>(c.input_shape[i].size()), 0.0);
      c.input_grad[i] = parts[i].data();
    }
    node.op->backward(c);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue) continue;
      auto& gradient = gradients_[static_cast<std::size_t>(node.inputs[i])];
      if (gradient.empty()) gradient = std::move(parts[i]);
      else std::transform(gradient.begin(), gradient.end(), parts[i].begin(), gradient.begin(), std::plus<>());
    }
  }
}

}  // namespace wavetrain::reference
