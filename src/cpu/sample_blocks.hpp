// How a batch is cut into blocks of samples for the sums of weight gradients: within a block one chain, then the blocks'
// sums in order. The cut depends on the number of samples only, never on threads.
//
// A thread that takes neighbouring blocks stays with the samples that it has in its cache. Cores that read each other's
// activations, for a tile of the weights over the whole batch, have to fetch them, and to take them back before they write
// the next batch's; where cores do not share a cache that cost 28 ns per line (AMD EPYC), and two threads trained the second
// seed program 1.2 times as fast as one. With blocks it was 1.7 times, and 2.0 times on cores that share a cache.
#pragma once

#include <algorithm>

#include "wavetrain/shape.hpp"

namespace wavetrain::cpu {

class SampleBlocks {
 public:
  // Of `samples` samples of a batch of `whole`: of all of them, or of a piece that begins where a block does.
  SampleBlocks(Index samples, Index whole)
      : samples_(samples), whole_(whole), size_(kLeast * std::max<Index>(1, ceil(whole, kLeast * kMost))) {}
  explicit SampleBlocks(Index samples) : SampleBlocks(samples, samples) {}

  Index size() const { return size_; }
  // At least 1: an empty batch has one empty block, which writes zeros.
  Index count() const { return std::max<Index>(1, ceil(samples_, size_)); }
  // The batch has no other block, whose sum then needs no place of its own.
  bool only_one() const { return whole_ <= size_; }
  Index first(Index block) const { return block * size_; }
  Index last(Index block) const { return std::min(samples_, (block + 1) * size_); }
  Index of(Index sample) const { return sample / size_; }

  // Floats for the sums of all blocks of batches, or of pieces of larger ones, of up to `samples`: none where there is one block.
  static Index partial_floats(Index samples, Index weights, bool in_pieces = false) {
    const Index most = std::clamp<Index>(ceil(samples, kLeast), 1, kMost);
    return most == 1 && !in_pieces ? 0 : most * weights;
  }

 private:
  static constexpr Index kLeast = 4;  // samples: few, so that small batches have blocks for several threads
  static constexpr Index kMost = 16;  // blocks of a batch: bounds the memory for their sums
  static constexpr Index ceil(Index a, Index b) { return (a + b - 1) / b; }

  Index samples_, whole_, size_;
};

// Values whose sums over blocks are one task of the last pass.
inline constexpr Index kFinishedValues = 4096;

}  // namespace wavetrain::cpu
