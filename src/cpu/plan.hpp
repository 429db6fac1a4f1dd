// A Plan: a graph compiled for a capacity. Immutable; any number of workspaces run it at the same time.
//
// It holds the stages in the order in which they run, grouped into segments, and the layout of memory. It is compiled
// for an input shape at capacity (N samples, and T steps where the model leaves time open) and runs any batch up to
// that.
#pragma once

#include <memory>
#include <vector>

#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

// Stages that run without waiting for one another: per-sample stages side by side, maybe with tasks that follow them, or one
// stage of another kind.
struct Segment {
  Stage::Split split = Stage::Split::once;
  std::vector<Stage> stages{};
  // Behind per-sample stages, or null in by_samples: tasks that can also be done for the samples that just went through them.
  Stage tail{};
  double cost_per_sample = 0;  // floating point operations, roughly, without the tail's
  double tail_cost = 0;
  Index chunk = 0;  // samples that go through neighbouring stages, but `whole` ones, before the next do; 0: all
};

// Where a slot's floats lie.
struct SlotPlace {
  enum class Kind { arena, packed, weight, gradient };
  Kind kind = Kind::arena;
  Index offset = 0;  // in floats; unused for weights
  ValueId weight = kNoValue;
};

// Where each weight lies in the flat segments of values and of gradients. Blocks are padded to whole vectors, so that
// kernels may read past a weight's end.
struct FlatLayout {
  struct Block {
    ValueId value;
    Index offset;
    Index size;
  };
  std::vector<Block> blocks;
  Index floats = 0;
};
// The trained weights of a graph, or the others.
FlatLayout flat_layout(const Graph& graph, bool trained);

// The activation along the last axis that a model ends in, or null.
const wavetrain::Activation* final_activation(const Graph& graph);

class Plan {
 public:
  // `input` is the input shape at capacity, the batch first, everything known. With `loss_takes_activation` the
  // gradient that goes into backward is that in front of the model's last activation, which the loss has differentiated
  // along with itself (see final_activation). With `in_pieces` the samples of `input` are those of one piece of a batch: see
  // piece(). Throws what the operations' shape rules throw.
  Plan(std::shared_ptr<const Graph> graph, const Shape& input, bool training, int max_threads,
       bool loss_takes_activation = false, bool in_pieces = false);

  const Graph& graph() const { return *graph_; }
  const Shape& input() const { return input_; }
  bool training() const { return training_; }
  int max_threads() const { return max_threads_; }
  bool in_pieces() const { return in_pieces_; }
  // With in_pieces: the samples of a piece of a batch of `whole`; 0 when this plan has no room for one.
  Index piece_of(Index whole) const;
  // True when a batch of this shape fits; with in_pieces, when a piece of it does.
  bool fits(const Shape& input) const;

  const std::vector<Segment>& packing() const { return packing_; }
  const std::vector<Segment>& forward() const { return forward_; }
  const std::vector<Segment>& backward() const { return backward_; }
  const std::vector<SlotPlace>& slots() const { return slots_; }
  const FlatLayout& gradients() const { return gradients_; }

  // An activation with a penalty: it is there between forward and backward.
  struct Penalty {
    const Regularizer* regularizer;
    SlotId slot;
    ValueId value;
  };
  const std::vector<Penalty>& penalties() const { return penalties_; }

  SlotId input_slot() const { return input_slot_; }
  SlotId output_slot() const { return output_slot_; }
  SlotId output_grad_slot() const { return output_grad_slot_; }
  // kNoSlot where the model has no such mask.
  SlotId input_mask_slot() const { return input_mask_slot_; }
  SlotId output_mask_slot() const { return output_mask_slot_; }
  // How many samples are best computed together in prediction, as far as results do not depend on it: few enough that
  // what lies between operations stays in the second-level cache, and enough for products whose rows are samples. 0
  // when samples depend on each other, or the plan keeps states.
  Index good_batch() const { return good_batch_; }
  // How many samples a training step had better take through forward, loss and backward at a time, because what lies between
  // operations then stays in the second-level cache; gradients have the same bits as those of the whole batch at once. 0 where
  // that does not go, or does not pay.
  Index piece() const { return piece_; }
  // Of the model's output, at capacity.
  const Shape& output() const { return output_; }
  Index arena_floats() const { return arena_floats_; }
  Index packed_floats() const { return packed_floats_; }
  Index scratch_floats() const { return scratch_floats_; }

 private:
  friend class PlanCompiler;
  friend class KernelBuilder;

  std::shared_ptr<const Graph> graph_;
  Shape input_;
  bool training_;
  int max_threads_;
  bool loss_takes_activation_, in_pieces_;
  Shape output_;
  std::vector<Segment> packing_, forward_, backward_;
  std::vector<SlotPlace> slots_;
  FlatLayout gradients_;
  std::vector<Penalty> penalties_;
  SlotId input_slot_ = kNoSlot, output_slot_ = kNoSlot, output_grad_slot_ = kNoSlot;
  SlotId input_mask_slot_ = kNoSlot, output_mask_slot_ = kNoSlot;
  Index good_batch_ = 0, piece_ = 0;
  Index arena_floats_ = 0, packed_floats_ = 0, scratch_floats_ = 0;
  std::vector<std::shared_ptr<const void>> kernels_;
};

}  // namespace wavetrain::cpu
