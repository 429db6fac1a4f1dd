// The sum of the parts of a gradient that several readers of one value contribute.
#pragma once

#include <vector>

#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

struct AddGradients {
  std::vector<SlotId> parts;
  SlotId sum;
  ValueId value;
  bool is_weight;

  // A Stage::Function: adds in the order of the parts.
  static void run(const void* kernel, const Run& run, Index, Index, int) {
    const auto& self = *static_cast<const AddGradients*>(kernel);
    const Index size = run.shape[self.value].size();
    float* sum = run.slot[self.sum];
    for (Index i = 0; i < size; ++i) {
      float total = run.slot[self.parts[0]][i];
      for (std::size_t p = 1; p < self.parts.size(); ++p) total += run.slot[self.parts[p]][i];
      sum[i] = total;
    }
  }
};

}  // namespace wavetrain::cpu
