#include "wavetrain/layers/adaptive_average_pooling1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::AdaptiveAveragePooling1D;

TEST(AdaptiveAveragePooling1D, GivesTheStepsAskedFor) {
  for (const Index steps : {1, 2, 3, 5, 7}) {
    check_layer(AdaptiveAveragePooling1D{.output_size = steps}, {3, 7, 5}, {3, steps, 5});
  }
  check_layer(AdaptiveAveragePooling1D{.output_size = 3, .data_format = "channels_first"}, {2, 4, 8}, {2, 4, 3});
  EXPECT_EQ(evaluate_layer(AdaptiveAveragePooling1D{.output_size = 2}, {1, 3, 1}, {1, 3, 8}),
            (std::vector<double>{2, 5.5}));
}

TEST(AdaptiveAveragePooling1D, NeedsAKnownLength) {
  EXPECT_NE(lowering_error(AdaptiveAveragePooling1D{.output_size = 2}, {1, kNone, 1}).find("must be statically known"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
