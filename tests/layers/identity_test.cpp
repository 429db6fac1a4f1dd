#include "wavetrain/layers/identity.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(Identity, HandsItsInputOn) {
  EXPECT_EQ(evaluate_layer(layers::Identity{}, {2, 2}, {1, 2, 3, 4}), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(Layer(layers::Identity{.name = "same"}).name(), "same");
}

}  // namespace
}  // namespace wavetrain::tests
