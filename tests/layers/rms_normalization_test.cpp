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
  check_layer(layers::RMSNormalization{.axis = 1, .epsilon = 0.5}, {3, 1, 5}, {3, 1, 5});  // one scale for all
  check_layer(layers::RMSNormalization{.axis = {1, 2}}, {3, 1, 4, 4}, {3, 1, 4, 4});
  const std::vector<double> y = evaluate_layer(layers::RMSNormalization{.epsilon = 0}, {1, 2}, {3, 4});
  EXPECT_NEAR(y[0], 3 / std::sqrt(12.5), 1e-12);
}

TEST(RMSNormalization, RefusesAScaleThatDoesNotLieAlongTheLastAxes) {
  EXPECT_THROW(evaluate_layer(layers::RMSNormalization{.axis = 1}, {1, 3, 2}, {1, 2, 3, 4, 5, 6}), ValueError);
  EXPECT_THROW(evaluate_layer(layers::RMSNormalization{.axis = 1}, {1, 3, 1}, {1, 2, 3}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
