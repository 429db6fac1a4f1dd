// The gradient of a penalty on an activation joins what comes from behind.
#pragma once

#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

struct PenaltyGradient {
  const Regularizer* regularizer;
  SlotId value, gradient;
  ValueId shape_of;

  // A Stage::Function.
  static void run(const void* kernel, const Run& run, Index, Index, int) {
    const auto& self = *static_cast<const PenaltyGradient*>(kernel);
    if (run.batch == 0) return;
    self.regularizer->add_gradient(ConstView(run.slot[self.value], run.shape[self.shape_of]), run.slot[self.gradient],
                                   1.0 / static_cast<double>(run.batch));
  }
};

}  // namespace wavetrain::cpu
