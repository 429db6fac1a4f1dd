// Runs a test once for every instruction set that the binary holds and this processor has.
#pragma once

#include <gtest/gtest.h>
#include <hwy/targets.h>

namespace wavetrain::testing {

template <class Body>
void for_each_target(Body body) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    body();
    hwy::SetSupportedTargetsForTest(0);
  }
}

}  // namespace wavetrain::testing
