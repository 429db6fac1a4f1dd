#include "wavetrain/layers/unit_normalization.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(UnitNormalization, MakesTheNormOne) {
  check_layer(layers::UnitNormalization{}, {3, 7, 5}, {3, 7, 5});
  check_layer(layers::UnitNormalization{.axis = 1}, {3, 7, 5}, {3, 7, 5});
  check_layer(layers::UnitNormalization{.axis = {1, 2}}, {3, 7, 5}, {3, 7, 5});
  const std::vector<double> y = evaluate_layer(layers::UnitNormalization{}, {2, 2}, {3, 4, 0, 0});
  EXPECT_NEAR(y[0], 0.6, 1e-15);
  EXPECT_NEAR(y[1], 0.8, 1e-15);
  EXPECT_EQ(y[2], 0);
}

}  // namespace
}  // namespace wavetrain::tests
