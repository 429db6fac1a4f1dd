#include "wavetrain/layers/alpha_dropout.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "support/noise_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::AlphaDropout;

// With alpha' = -1.7580993408473766: mean of a·(x·keep + alpha'·(1 - keep)) + b at x = 0 is 0.
TEST(AlphaDropout, KeepsTheMomentsOfSelu) {
  check_layer(AlphaDropout{.rate = 0.3, .seed = 5}, {3, 7, 5}, {3, 7, 5});
  check_layer(AlphaDropout{.rate = 0.3, .noise_shape = {{std::nullopt, 1, 5}}, .seed = 5}, {3, 7, 5}, {3, 7, 5});
  const double limit = -1.7580993408473766, rate = 0.2;
  const double a = 1 / std::sqrt((1 - rate) * (1 + rate * limit * limit));
  const Moments m = training_moments(AlphaDropout{.rate = 0.2, .seed = 5}, 0.0f);
  EXPECT_NEAR(m.mean, 0, 0.01);
  EXPECT_NEAR(m.deviation, a * -limit * std::sqrt(rate * (1 - rate)), 0.01);
}

}  // namespace
}  // namespace wavetrain::tests
