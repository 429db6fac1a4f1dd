#include "wavetrain/layers/rms_normalization.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(RMSNormalization, DividesByTheRootMeanSquare) {
  check_layer(layers::RMSNormalization{}, {3, 7, 5}, {3, 7, 5});
  check_layer(layers::RMSNormalization{.axis = 1, .epsilon = 0.01}, {3, 5, 5}, {3, 5, 5});
  check_layer(layers::RMSNormalization{.axis = {1, 2}}, {3, 7, 5}, {3, 7, 5});
  const std::vector<double> y = evaluate_layer(layers::RMSNormalization{.epsilon = 0}, {1, 2}, {3, 4});
  EXPECT_NEAR(y[0], 3 / std::sqrt(12.5), 1e-12);
}

}  // namespace
}  // namespace wavetrain::tests
