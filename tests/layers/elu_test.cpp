#include "wavetrain/layers/elu.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(ELU, SaturatesBelowZero) {
  check_layer(layers::ELU{}, {3, 7, 5}, {3, 7, 5});
  check_layer(layers::ELU{.alpha = 0.3}, {3, 7}, {3, 7});
}

}  // namespace
}  // namespace wavetrain::tests
