#include "wavetrain/layers/reshape.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(Reshape, GivesTheValuesAnotherShape) {
  check_layer(layers::Reshape{.target_shape = {3, -1}}, {2, 6, 4}, {2, 3, 8});
  check_layer(layers::Reshape{.target_shape = {24}}, {2, 6, 4}, {2, 24});
  check_layer(layers::Reshape{.target_shape = {2, 2, 3, 2}}, {3, 24}, {3, 2, 2, 3, 2});
}

TEST(Reshape, SaysWhatDoesNotFit) {
  EXPECT_NE(
      lowering_error(layers::Reshape{.target_shape = {5, 4}}, {2, 6, 4})
          .find("The total size of the tensor must be unchanged. Received: input_shape=(6, 4), target_shape=(5, 4)"),
      std::string::npos);
  EXPECT_NE(
      lowering_error(layers::Reshape{.target_shape = {-1, -1}}, {2, 6}).find("at most one unknown dimension (-1)"),
      std::string::npos);
  EXPECT_NE(lowering_error(layers::Reshape{.target_shape = {-2}}, {2, 6}).find("must be a non-negative integer"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
