#include "wavetrain/layers/group_normalization.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::GroupNormalization;

TEST(GroupNormalization, NormalizesGroupsOfChannelsOverTime) {
  check_layer(GroupNormalization{.groups = 2}, {3, 7, 6}, {3, 7, 6});
  check_layer(GroupNormalization{.groups = 1}, {3, 7, 6}, {3, 7, 6});
  check_layer(GroupNormalization{.groups = -1}, {3, 7, 6}, {3, 7, 6});
  check_layer(GroupNormalization{.groups = 3, .center = false}, {3, 36}, {3, 36});
  check_layer(GroupNormalization{.groups = 2, .axis = 1, .epsilon = 0.01, .scale = false}, {2, 6, 5}, {2, 6, 5});
  check_layer(GroupNormalization{.groups = 6, .axis = 2}, {2, 4, 6, 3}, {2, 4, 6, 3});
  check_layer(GroupNormalization{}, {2, 5, 64}, {2, 5, 64});
}

TEST(GroupNormalization, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(GroupNormalization{}, {2, 5, 6})
                .find("Number of groups (32) cannot be more than the number of channels (6)."),
            std::string::npos);
  EXPECT_NE(lowering_error(GroupNormalization{.groups = 4}, {2, 5, 6})
                .find("Number of groups (4) must be a multiple of the number of channels (6)."),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
