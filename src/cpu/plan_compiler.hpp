// Turns a graph into a plan: shapes at capacity, kernels, segments, and the layout of memory by lifetime.
#pragma once

#include <limits>
#include <vector>

#include "cpu/plan.hpp"

namespace wavetrain::cpu {

class PlanCompiler {
 public:
  explicit PlanCompiler(Plan& plan);
  void compile();

 private:
  friend class KernelBuilder;

  // When a slot must keep its floats: from the segment that first writes it to the one that last reads it. Segments are
  // numbered through forward, then the loss, then backward.
  struct Lifetime {
    int first = std::numeric_limits<int>::max();
    int last = -1;
    void include(int time) {
      first = std::min(first, time);
      last = std::max(last, time);
    }
  };
  struct Slot {
    Index floats = 0;
    Lifetime life{};
  };
  // One node as it will run.
  struct Compiled {
    bool skipped = false;                   // a view, an identity, or fused into the node before it
    const wavetrain::Activation* epilogue;  // applied to the output
    int normalization = -1;                 // the node of a normalisation that follows, in prediction
    bool normalization_relu = false;        // and relu after that
    ValueId output = kNoValue;              // after fusion
    bool derivative_taken = false;          // the reader of the output applies that of the epilogue, or of a dropout
    std::vector<Stage> packing, forward, backward;
    std::vector<SlotId> saved, forward_temporaries, backward_temporaries;
    std::vector<SlotId> input_grads;  // by input; kNoSlot where none is wanted
    std::vector<bool> keeps_input;    // backward reads it
    bool keeps_output = false;
    int forward_first = 0, forward_last = 0, backward_first = 0, backward_last = 0;  // segments
  };

  void infer_shapes();
  void skip_and_fuse();
  void fuse_normalization(Compiled& c, const std::vector<int>& uses, const std::vector<int>& user);
  void find_gradients();
  void make_value_slots();
  void compile_kernels();
  Compiled* only_writer(int reader);
  bool take_relu_derivative(int reader);
  float take_relu_and_dropout_derivative(int reader);
  void add_penalty_gradients();
  void add_gradient_sums();
  void group_segments();
  void find_lifetimes();
  void place_slots();

  SlotId new_slot(SlotPlace place, Index floats);
  SlotId new_arena_slot(Index floats) { return new_slot({.kind = SlotPlace::Kind::arena}, floats); }
  ValueId root(ValueId id) const { return roots_[static_cast<std::size_t>(id)]; }
  Slot& slot(SlotId id) { return slots_[static_cast<std::size_t>(id)]; }
  Compiled& compiled(int node) { return compiled_[static_cast<std::size_t>(node)]; }
  const GraphNode& node(int i) const { return graph_.nodes()[static_cast<std::size_t>(i)]; }
  double cost(int node) const;
  void choose_chunk(Segment& segment) const;
  bool rows_are_samples(int node) const;
  void choose_good_batch();
  void choose_piece();
  bool goes_in_pieces(int node) const;

  Plan& plan_;
  const Graph& graph_;
  std::vector<Shape> shapes_;                       // by value, at capacity
  std::vector<ValueId> roots_;                      // by value: the value whose memory it is
  std::vector<bool> needs_grad_;                    // by value
  std::vector<SlotId> value_slots_;                 // by value (of its root)
  std::vector<SlotId> grad_slots_;                  // by value (of its root): the whole gradient
  std::vector<std::vector<SlotId>> partial_grads_;  // by value: one per use, where there are several
  std::vector<Compiled> compiled_;
  std::vector<Slot> slots_;
  int loss_time_ = 0;
};

}  // namespace wavetrain::cpu
