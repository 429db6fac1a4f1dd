#include "graph/ops/several_outputs.hpp"

#include <algorithm>

#include "graph/ops/instantiate.hpp"

namespace wavetrain::ops {

std::vector<Shape> WithStates::outputs(std::span<const Shape> inputs) const {
  const Shape& rows = inputs[0];
  Shape state{rows[0]};
  for (int axis = 2; axis < rows.rank(); ++axis) state.push_back(rows[axis]);
  std::vector<Shape> all(static_cast<std::size_t>(states) + 1, state);
  if (!sequences) return all;
  all[0] = rows;
  if (rows[1] >= 0) all[0][1] -= states;
  return all;
}

template <class T>
void WithStates::run_forward(const OpCall<T>& call) const {
  std::copy_n(call.input[0], call.output_shape.size(), call.output);
}

template <class T>
void WithStates::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] != nullptr) std::copy_n(call.output_grad, call.output_shape.size(), call.input_grad[0]);
}

Shape TakeRow::infer(std::span<const Shape> inputs) const {
  Shape shape{inputs[0][0]};
  for (int axis = 2; axis < inputs[0].rank(); ++axis) shape.push_back(inputs[0][axis]);
  return shape;
}

template <class T>
void TakeRow::run_forward(const OpCall<T>& call) const {
  const Index rows = call.input_shape[0][1], size = call.output_shape.size_from(1);
  for (Index n = 0; n < call.output_shape[0]; ++n) {
    std::copy_n(call.input[0] + (n * rows + rows - from_end) * size, size, call.output + n * size);
  }
}

template <class T>
void TakeRow::run_backward(const OpCall<T>& call) const {
  if (call.input_grad[0] == nullptr) return;
  const Index rows = call.input_shape[0][1], size = call.output_shape.size_from(1);
  std::fill_n(call.input_grad[0], call.input_shape[0].size(), T{0});
  for (Index n = 0; n < call.output_shape[0]; ++n) {
    std::copy_n(call.output_grad + n * size, size, call.input_grad[0] + (n * rows + rows - from_end) * size);
  }
}

std::vector<Shape> Pack::outputs(std::span<const Shape> inputs) const {
  std::vector<Shape> all;
  for (const Shape& x : inputs) {
    if (x.rank() > 0) all.push_back(x);
  }
  return all;
}

Shape Pack::infer(std::span<const Shape> inputs) const {
  Index size = 0;
  for (const Shape& x : inputs) {
    if (x.rank() == 0) continue;
    if (!x.without_first().known()) return {inputs[0][0], kNone};
    size += x.size_from(1);
  }
  return {inputs[0][0], size};
}

template <class T>
void Pack::run_forward(const OpCall<T>& call) const {
  const Index row = call.output_shape[1];
  Index offset = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(call.inputs); ++i) {
    if (call.input[i] == nullptr) continue;
    const Index size = call.input_shape[i].size_from(1);
    for (Index n = 0; n < call.output_shape[0]; ++n) {
      std::copy_n(call.input[i] + n * size, size, call.output + n * row + offset);
    }
    offset += size;
  }
}

template <class T>
void Pack::run_backward(const OpCall<T>& call) const {
  const Index row = call.output_shape[1];
  Index offset = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(call.inputs); ++i) {
    if (call.input_shape[i].rank() == 0) continue;
    const Index size = call.input_shape[i].size_from(1);
    for (Index n = 0; n < call.output_shape[0] && call.input_grad[i] != nullptr; ++n) {
      std::copy_n(call.output_grad + n * row + offset, size, call.input_grad[i] + n * size);
    }
    offset += size;
  }
}

WAVETRAIN_INSTANTIATE_OP(WithStates)
WAVETRAIN_INSTANTIATE_OP(TakeRow)
WAVETRAIN_INSTANTIATE_OP(Pack)

std::vector<Shape> outputs_of(const Graph& graph, ValueId id, const std::vector<Shape>& shapes) {
  const int producer = graph.value(id).producer;
  if (producer < 0) return {};
  const GraphNode& node = graph.nodes()[static_cast<std::size_t>(producer)];
  const auto* several = dynamic_cast<const SeveralOutputs*>(node.op.get());
  if (several == nullptr) return {};
  std::vector<Shape> inputs;
  for (const ValueId input : node.inputs) {
    inputs.push_back(input == kNoValue ? Shape{} : shapes[static_cast<std::size_t>(input)]);
  }
  return several->outputs(inputs);
}

std::vector<Shape> outputs_of(const Graph& graph, ValueId id) {
  std::vector<Shape> shapes;
  for (const GraphValue& value : graph.values()) shapes.push_back(value.shape);
  return outputs_of(graph, id, shapes);
}

}  // namespace wavetrain::ops
