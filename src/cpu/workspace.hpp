// A Workspace: what changes while a plan runs. One per caller; making one allocates, running does not.
#pragma once

#include <memory>
#include <vector>

#include "cpu/plan.hpp"
#include "wavetrain/array.hpp"

namespace wavetrain::cpu {

class Workspace {
 public:
  // `gradients` (plan->gradients().floats, zeroed) receives the gradients of weights; a workspace that trains has its own when
  // none are given.
  explicit Workspace(std::shared_ptr<const Plan> plan, std::shared_ptr<AlignedVector<float>> gradients = nullptr);

  const Plan& plan() const { return *plan_; }

  // Sets the shape of the next batch, the batch first. Requires plan().fits(input). Throws ValueError when an operation
  // cannot take it (a series shorter than a kernel).
  void bind(const Shape& input) { bind(input, 0, input[0]); }
  // The same for a piece of a batch of `whole` samples, which begins at sample `first`. Pieces come in ascending order, each but
  // the last of plan().piece() samples, forward and backward; gradients are complete after the last.
  void bind(const Shape& input, Index first, Index whole);

  // The batch goes in here, `input` floats as bound, and comes out there.
  float* input() const { return slots_[static_cast<std::size_t>(plan_->input_slot())]; }
  const float* output() const { return slots_[static_cast<std::size_t>(plan_->output_slot())]; }
  const Shape& output_shape() const;
  // Which steps of the input count, (batch, steps) of 0 or 1, to be filled when the graph has an input mask; and those of the
  // output, of shape output_mask_shape(). Null where there is none.
  float* input_mask() const { return optional(plan_->input_mask_slot()); }
  const float* output_mask() const { return optional(plan_->output_mask_slot()); }
  const Shape& output_mask_shape() const;
  // d loss / d output, to be filled between forward and backward.
  float* output_grad() const { return slots_[static_cast<std::size_t>(plan_->output_grad_slot())]; }
  // After backward: gradients of all trained weights, laid out as plan().gradients().
  float* gradients() { return gradients_->data(); }

  // Penalties on activations of the last forward, divided by the batch size. To be called before backward.
  double penalty() const;

  // Looks up the weights' memory anew; needed when a layer has gone to another model in between.
  void refresh_weights();

  // `step` selects the random numbers. Weights are packed anew for every batch in training, else when `weights_version`
  // differs from the last call's.
  void forward(std::uint64_t step, std::uint64_t weights_version);
  void backward();

  // Bytes held.
  std::size_t bytes() const;

 private:
  void run(const std::vector<Segment>& segments);
  void run_samples(const Segment& segment);
  void run_tasks(const Stage& stage, double cost_per_sample);
  int threads_for(double cost) const;
  float* optional(SlotId slot) const { return slot == kNoSlot ? nullptr : slots_[static_cast<std::size_t>(slot)]; }
  // What a stage sees: where time is folded into the batch, a batch of more samples.
  Run run_of(const Stage& stage) const;

  std::shared_ptr<const Plan> plan_;
  AlignedVector<float> arena_, packed_, scratch_;
  std::shared_ptr<AlignedVector<float>> gradients_;
  std::vector<float*> slots_;
  std::vector<Shape> shapes_;
  std::vector<Index> folds_;  // by node: its samples for each sample of the batch
  Run run_{};
  std::uint64_t packed_version_ = 0;
  bool packed_valid_ = false;
};

}  // namespace wavetrain::cpu
