// The gradient of a penalty on an activation joins what comes from behind.
#pragma once

#include "cpu/kernel.hpp"

namespace wavetrain::cpu {

struct PenaltyGradient {
  const Regularizer* regularizer;
  SlotId value, gradient;
  ValueId shape_of;
  ValueId model_input;  // whose samples divide: layers inside TimeDistributed see more of them

  // A Stage::Function.
  static void run(const void* kernel, const Run& run, Index, Index, int) {
    const auto& self = *static_cast<const PenaltyGradient*>(kernel);
    const Index samples = run.shape[self.model_input][0];
    if (samples == 0) return;
    self.regularizer->add_gradient(ConstView(run.slot[self.value], run.shape[self.shape_of]), run.slot[self.gradient],
                                   1.0 / static_cast<double>(samples));
  }
};

}  // namespace wavetrain::cpu
