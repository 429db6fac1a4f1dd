#include "wavetrain/layers/gaussian_noise.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "support/noise_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(GaussianNoise, AddsNormalNumbersWhileTraining) {
  check_layer(layers::GaussianNoise{.stddev = 0.3, .seed = 5}, {3, 7, 5}, {3, 7, 5});
  const Moments m = training_moments(layers::GaussianNoise{.stddev = 0.5, .seed = 5}, 2.0f);
  EXPECT_NEAR(m.mean, 2, 0.01);
  EXPECT_NEAR(m.deviation, 0.5, 0.01);
  EXPECT_THROW(Layer(layers::GaussianNoise{.stddev = 1.5}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
