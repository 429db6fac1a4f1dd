#include "wavetrain/layers/gaussian_dropout.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "support/noise_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(GaussianDropout, MultipliesByNormalNumbersWhileTraining) {
  check_layer(layers::GaussianDropout{.rate = 0.3, .seed = 5}, {3, 7, 5}, {3, 7, 5});
  const Moments m = training_moments(layers::GaussianDropout{.rate = 0.2, .seed = 5}, 2.0f);
  EXPECT_NEAR(m.mean, 2, 0.02);
  EXPECT_NEAR(m.deviation, 2 * std::sqrt(0.25), 0.02);
  EXPECT_THROW(Layer(layers::GaussianDropout{.rate = 1.5}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
