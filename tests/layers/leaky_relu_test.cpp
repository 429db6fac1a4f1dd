#include "wavetrain/layers/leaky_relu.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(LeakyReLU, IsLinearOnBothSides) {
  check_layer(layers::LeakyReLU{}, {3, 7, 5}, {3, 7, 5});
  check_layer(layers::LeakyReLU{.negative_slope = 0}, {3, 7}, {3, 7});
  EXPECT_EQ(evaluate_layer(layers::LeakyReLU{.negative_slope = 0.5}, {1, 2}, {-2, 3}), (std::vector<double>{-1, 3}));
}

TEST(LeakyReLU, ReadsItsOldName) {
  EXPECT_EQ(make_layer("LeakyReLU", Config::dict({{"alpha", 0.1}})).as<layers::LeakyReLU>()->negative_slope, 0.1);
  EXPECT_THROW(Layer(layers::LeakyReLU{.negative_slope = -0.1}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
