// The graph that a model lowers to: operations in the order in which they run, and the values between them.
//
// It is a directed acyclic graph from the start, though a Sequential only builds chains. It holds no numbers beside the
// variables it refers to; executors (src/cpu, src/reference) turn it into something that runs.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "wavetrain/op.hpp"
#include "wavetrain/variable.hpp"

namespace wavetrain {

using ValueId = int;
inline constexpr ValueId kNoValue = -1;

struct GraphValue {
  Shape shape{};         // activations: the batch first, None where it comes with the data
  Variable variable{};   // set for a weight
  bool trained = false;  // a weight that gets a gradient
  int producer = -1;     // node that writes it; -1 for the input and for weights
  bool is_weight() const { return static_cast<bool>(variable); }
};

struct GraphNode {
  std::shared_ptr<const Op> op;
  std::vector<ValueId> inputs;  // kNoValue for an optional one left out
  std::vector<ValueId> states;  // weights that training changes in place
  ValueId output = kNoValue;
  std::string layer;       // for messages
  std::uint64_t seed = 0;  // of its random numbers
};

// A penalty on an activation, added to the loss divided by the batch size (Keras' activity_regularizer).
struct GraphPenalty {
  ValueId value = kNoValue;
  Regularizer regularizer{};
};

class Graph {
 public:
  // The model's input, the batch first.
  ValueId add_input(const Shape& shape);
  // The value of a weight; the same variable gives the same value.
  ValueId add_weight(const Variable& variable, bool trained);
  // Appends an operation and returns its output. Throws what the operation's shape rule throws.
  ValueId add_node(std::shared_ptr<const Op> op, std::vector<ValueId> inputs, std::vector<ValueId> states,
                   std::string layer, std::uint64_t seed);

  void add_penalty(ValueId value, const Regularizer& regularizer) { penalties_.push_back({value, regularizer}); }

  // References to values stay good while more are added.
  const GraphValue& value(ValueId id) const { return values_[static_cast<std::size_t>(id)]; }
  const std::deque<GraphValue>& values() const { return values_; }
  const std::vector<GraphNode>& nodes() const { return nodes_; }
  const std::vector<GraphPenalty>& penalties() const { return penalties_; }
  bool penalized(ValueId id) const;
  // True when the value depends on the input: its first dimension is the batch.
  bool carries_batch(ValueId id) const;
  ValueId input() const { return input_; }
  ValueId output() const { return output_; }
  void set_output(ValueId id) { output_ = id; }

  // Masks of input and output ((batch, time), nonzero where a step counts), or kNoValue. The input's comes with the
  // data.
  ValueId add_input_mask(const Shape& shape);
  ValueId input_mask() const { return input_mask_; }
  ValueId output_mask() const { return output_mask_; }
  void set_output_mask(ValueId id) { output_mask_ = id; }

 private:
  std::deque<GraphValue> values_;
  std::vector<GraphNode> nodes_;
  std::vector<GraphPenalty> penalties_;
  ValueId input_ = kNoValue;
  ValueId output_ = kNoValue;
  ValueId input_mask_ = kNoValue;
  ValueId output_mask_ = kNoValue;
};

}  // namespace wavetrain
