// BatchNormalization with renorm.
#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/layers/batch_normalization.hpp"

namespace wavetrain::tests {
namespace {

using layers::BatchNormalization;

TEST(BatchRenormalization, PullsTrainingTowardsMovingStatistics) {
  const LayerCheck check{.gradients = false, .training_alone = false};  // r and d are constants for the gradient
  check_layer(BatchNormalization{.renorm = true}, {6, 5, 3}, {6, 5, 3}, check);
  check_layer(
      BatchNormalization{.axis = 1, .scale = false, .renorm = true, .renorm_clipping = {.rmax = 1.5, .dmax = 0.2}},
      {6, 5, 3}, {6, 5, 3}, check);
}

TEST(BatchRenormalization, HasThreeMoreWeights) {
  const Layer layer = BatchNormalization{.renorm = true};
  EXPECT_EQ(lowering_error(layer, {4, 3}), "");
  ASSERT_EQ(layer.variables().size(), 7u);
  EXPECT_EQ(layer.variables()[4].name(), "moving_stddev");
  EXPECT_EQ(layer.variables()[6].name(), "renorm_stddev");
  EXPECT_NE(lowering_error(BatchNormalization{.renorm = true, .renorm_clipping = {.rmax = 1, .rmin = 2}}, {4, 3})
                .find("rmax should be greater than rmin"),
            std::string::npos);
  EXPECT_THROW(make_layer("BatchNormalization", Config::dict({{"renorm_clipping", Config::dict({{"max", 1.0}})}})),
               ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
