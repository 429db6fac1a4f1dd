#include "wavetrain/layers/prelu.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::PReLU;

TEST(PReLU, LearnsItsSlopes) {
  check_layer(PReLU{}, {3, 7, 5}, {3, 7, 5});
  check_layer(PReLU{.shared_axes = 1}, {3, 7, 5}, {3, 7, 5});
  check_layer(PReLU{.shared_axes = {2}}, {3, 7, 5}, {3, 7, 5});
  check_layer(PReLU{.shared_axes = {1, 2}}, {3, 7, 5}, {3, 7, 5});
  check_layer(PReLU{.shared_axes = {2}}, {2, 3, 4, 5}, {2, 3, 4, 5});
  check_layer(PReLU{.alpha_regularizer = "l2", .alpha_constraint = "non_neg"}, {3, 9}, {3, 9});
  EXPECT_EQ(evaluate_layer(PReLU{.shared_axes = 1}, {1, 2, 2}, {-1, -2, 3, -4}, {{0.5, 2}}),
            (std::vector<double>{-0.5, -4, 3, -8}));
}

TEST(PReLU, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(PReLU{}, {2, kNone, 3}).find("alpha needs a known shape"), std::string::npos);
  EXPECT_EQ(lowering_error(PReLU{.shared_axes = 1}, {2, kNone, 3}), "");
  EXPECT_NE(lowering_error(PReLU{.shared_axes = 3}, {2, 4, 3}).find("shared_axes must lie between 1 and 2"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
