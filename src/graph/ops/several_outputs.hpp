// Several outputs of a layer in one value: what ends a model whose last layer returns its states, or two directions
// that are not merged. A sample's outputs lie one behind the other in its row.
#pragma once

#include <vector>

#include "wavetrain/graph.hpp"
#include "wavetrain/op.hpp"

namespace wavetrain::ops {

class SeveralOutputs {
 public:
  virtual ~SeveralOutputs() = default;
  // Their shapes, in the order in which they lie in a row, from the operation's input shapes; all have the batch first.
  virtual std::vector<Shape> outputs(std::span<const Shape> inputs) const = 0;
};

// Says that the rows (N, R, ...) of a recurrence end in its `states` states; what is in front is its output: (N, R -
// states, ...) with `sequences`, else one row (N, ...). No work.
struct WithStates final : OpMath<WithStates>, SeveralOutputs {
  WithStates(Index count, bool all_steps) : states(count), sequences(all_steps) {}
  Index states;
  bool sequences;

  std::string_view name() const override { return "with_states"; }
  Shape infer(std::span<const Shape> inputs) const override { return inputs[0]; }
  bool is_view() const override { return true; }
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }
  std::vector<Shape> outputs(std::span<const Shape> inputs) const override;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

// One row of each sample, counted from the end, where the last one is 1: (N, R, ...) to (N, ...).
struct TakeRow final : OpMath<TakeRow> {
  explicit TakeRow(Index row) : from_end(row) {}
  Index from_end;

  std::string_view name() const override { return "take_row"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

// Puts values of any shapes into one row (N, sum of their sizes). Inputs may be left out.
struct Pack final : OpMath<Pack>, SeveralOutputs {
  std::string_view name() const override { return "pack"; }
  Shape infer(std::span<const Shape> inputs) const override;
  bool backward_reads_input(int) const override { return false; }
  bool backward_reads_output() const override { return false; }
  std::vector<Shape> outputs(std::span<const Shape> inputs) const override;

  template <class T>
  void run_forward(const OpCall<T>& call) const;
  template <class T>
  void run_backward(const OpCall<T>& call) const;
};

// The shapes of the outputs that a value holds; empty for an ordinary value. `shapes` are those of all values of the
// graph.
std::vector<Shape> outputs_of(const Graph& graph, ValueId id, const std::vector<Shape>& shapes);
// The same with the shapes that the graph itself knows.
std::vector<Shape> outputs_of(const Graph& graph, ValueId id);

}  // namespace wavetrain::ops
