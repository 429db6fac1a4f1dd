#include "wavetrain/layers/layer_normalization.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::LayerNormalization;

TEST(LayerNormalization, NormalizesOverItsAxes) {
  check_layer(LayerNormalization{}, {3, 7, 5}, {3, 7, 5});
  check_layer(LayerNormalization{}, {3, 40}, {3, 40});
  check_layer(LayerNormalization{.epsilon = 0.1, .center = false}, {2, 3, 33}, {2, 3, 33});
  check_layer(LayerNormalization{.axis = 1, .scale = false}, {3, 7, 5}, {3, 7, 5});
  check_layer(LayerNormalization{.axis = {2, 1}}, {3, 7, 5}, {3, 7, 5});
  check_layer(LayerNormalization{.axis = {1, 3}}, {2, 3, 4, 5}, {2, 3, 4, 5});
  check_layer(LayerNormalization{.axis = -2}, {2, 3, 4, 35}, {2, 3, 4, 35});
  check_layer(LayerNormalization{.rms_scaling = true}, {3, 7, 5}, {3, 7, 5});
}

TEST(LayerNormalization, HasNoMeanAndUnitVariance) {
  const std::vector<double> y = evaluate_layer(LayerNormalization{.epsilon = 0}, {1, 4}, {1, 2, 3, 6});
  EXPECT_NEAR(y[0] + y[1] + y[2] + y[3], 0, 1e-12);
  EXPECT_NEAR(y[0] * y[0] + y[1] * y[1] + y[2] * y[2] + y[3] * y[3], 4, 1e-12);
}

// Values far from 0. The mean, a float, is off by up to 5e-4 of the deviation; x · inverse - mean · inverse would be off by more.
TEST(LayerNormalization, KeepsDigitsFarFromZero) {
  LayerCheck check{.tolerance = 5e-4, .gradients = false};
  for (int i = 0; i < 2 * 300; ++i) check.input.push_back(10000 + std::sin(i));
  check_layer(LayerNormalization{.epsilon = 1e-6}, {2, 300}, {2, 300}, check);
}

TEST(LayerNormalization, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(LayerNormalization{.axis = 0}, {2, 3}).find("axis 0 is not an axis of a sample"),
            std::string::npos);
  EXPECT_NE(lowering_error(LayerNormalization{.axis = {1, 2}}, {2, kNone, 3}).find("needs a known size"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
