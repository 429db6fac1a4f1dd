// What an optimizer keeps from step to step, and the pieces of one step.
#pragma once

#include <vector>

#include "wavetrain/optimizer.hpp"

namespace wavetrain {

struct Optimizer::State {
  // Weights in parts of at most this many numbers: one unit of work for a thread, and of summation for norms.
  static constexpr Index kPartSize = 16384;

  struct Block {
    OptimizerBlock block;
    OptimizerWeight weight;
    Index offset;  // of its first number in every flat buffer of all weights
    Index size;
    double decay;  // per learning rate
  };
  // Numbers first .. first+size-1 of a stretch of memory that is treated alike.
  struct Part {
    float* w;
    float* g;
    Index offset;
    Index size;
    std::size_t block;  // the first one in it; the only one when norms are per block
    double decay;
  };
  // The values of one slot.
  struct Slot {
    AlignedVector<float> values;
    std::vector<std::optional<Shape>> shapes;  // of each block's part of it; none where a block has no such slot
    std::vector<Index> offsets;                // where it begins in `values`

    float* at(std::size_t block) { return shapes[block] ? values.data() + offsets[block] : nullptr; }
  };
  // An array in file order, in place.
  struct Stored {
    std::string name;
    Shape shape;
    float* data;
    std::string slot{};
  };

  State(const OptimizerFamily::Methods& methods, std::span<const OptimizerBlock> blocks,
        const std::vector<bool>& decays);

  // Everything before the updates. False when there is nothing to do for the parts.
  bool begin_step(const OptimizerFamily::Methods& methods);
  // Decay, update and average of one part.
  void update(const OptimizerFamily::Methods& methods, const Part& part);
  // Overwriting by averages, constraints, step count.
  void end_step();
  void overwrite_with_averages();
  std::vector<Stored> stored();

  // Divides by the loss scale and accumulates.
  void collect(const Part& part);
  void find_clip_factors();
  // Where the gradient of this part is now.
  float* gradient(const Part& part) { return accumulation > 0 ? accumulated.data() + part.offset : part.g; }
  // Steps that updated weights.
  Index updates() const { return accumulation > 0 ? steps / accumulation : steps; }

  OptimizerArguments arguments;
  std::vector<OptimizerSlot> slots;
  std::vector<std::string> scalar_names;
  std::vector<Block> blocks;
  std::vector<Part> parts;
  Index size = 0;
  Index accumulation = 0;  // gradient_accumulation_steps, 0 for none

  std::int64_t steps = 0;
  double learning_rate = 0;
  bool updating = true;
  std::vector<Slot> slot_values;
  AlignedVector<float> averages;
  AlignedVector<float> accumulated;
  std::vector<float> scalars;
  std::vector<double> part_squares;  // Σ g² of each part
  std::vector<float> clip_factors;   // of each block
};

}  // namespace wavetrain
