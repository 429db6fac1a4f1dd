// A mask input as the kernels read it: one byte per step.
#pragma once

#include <cstdint>

#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

class MaskBytes {
 public:
  MaskBytes() = default;
  // Of input `i` of the operation, which may be left out. The bytes live as long as what forward saves.
  MaskBytes(KernelBuilder& b, int i) {
    if (i >= static_cast<int>(b.node().inputs.size()) || b.input(i) == kNoSlot) return;
    value_ = b.input_value(i);
    floats_ = b.input(i);
    bytes_ = b.saved((b.input_shape(i).size() + 3) / 4);
  }

  explicit operator bool() const { return floats_ != kNoSlot; }
  // To be called for samples first .. last-1 before bytes() is read for them.
  void convert(const Run& run, Index first, Index last) const {
    if (floats_ == kNoSlot) return;
    const Index size = run.shape[value_].size_from(1);
    const float* const from = run.slot[floats_];
    std::uint8_t* const to = data(run);
    for (Index i = first * size; i < last * size; ++i) to[i] = from[i] != 0 ? 1 : 0;
  }
  // Null without a mask.
  const std::uint8_t* bytes(const Run& run) const { return floats_ == kNoSlot ? nullptr : data(run); }
  // Those of sample `n` and after.
  const std::uint8_t* bytes(const Run& run, Index n) const {
    return floats_ == kNoSlot ? nullptr : data(run) + n * run.shape[value_].size_from(1);
  }

 private:
  std::uint8_t* data(const Run& run) const { return reinterpret_cast<std::uint8_t*>(run.slot[bytes_]); }

  ValueId value_ = kNoValue;
  SlotId floats_ = kNoSlot, bytes_ = kNoSlot;
};

}  // namespace wavetrain::cpu
