#include "wavetrain/graph.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wavetrain {

ValueId Graph::add_input(const Shape& shape) {
  values_.push_back({.shape = shape});
  input_ = static_cast<ValueId>(values_.size()) - 1;
  output_ = input_;
  return input_;
}

ValueId Graph::add_input_mask(const Shape& shape) {
  values_.push_back({.shape = shape});
  return input_mask_ = static_cast<ValueId>(values_.size()) - 1;
}

ValueId Graph::add_weight(const Variable& variable, bool trained) {
  for (std::size_t id = 0; id < values_.size(); ++id) {
    if (values_[id].variable == variable) return static_cast<ValueId>(id);
  }
  values_.push_back({.shape = variable.shape(), .variable = variable, .trained = trained});
  return static_cast<ValueId>(values_.size()) - 1;
}

ValueId Graph::add_node(std::shared_ptr<const Op> op, std::vector<ValueId> inputs, std::vector<ValueId> states,
                        std::string layer, std::uint64_t seed) {
  if (inputs.size() > OpCall<float>::kMaxInputs || states.size() > OpCall<float>::kMaxInputs) {
    throw InternalError(fmt::format("operation {} has more than {} inputs", op->name(), OpCall<float>::kMaxInputs));
  }
  std::vector<Shape> shapes;
  for (const ValueId id : inputs) shapes.push_back(id == kNoValue ? Shape{} : value(id).shape);
  const Shape shape = op->infer(shapes);
  values_.push_back({.shape = shape, .producer = static_cast<int>(nodes_.size())});
  const auto output = static_cast<ValueId>(values_.size()) - 1;
  nodes_.push_back({std::move(op), std::move(inputs), std::move(states), output, std::move(layer), seed});
  return output;
}

bool Graph::carries_batch(ValueId id) const {
  if (id == kNoValue || value(id).is_weight()) return false;
  const int producer = value(id).producer;
  if (producer < 0) return true;
  const std::vector<ValueId>& inputs = nodes_[static_cast<std::size_t>(producer)].inputs;
  return std::any_of(inputs.begin(), inputs.end(), [&](ValueId input) { return carries_batch(input); });
}

bool Graph::penalized(ValueId id) const {
  return std::any_of(penalties_.begin(), penalties_.end(), [&](const GraphPenalty& p) { return p.value == id; });
}

}  // namespace wavetrain
