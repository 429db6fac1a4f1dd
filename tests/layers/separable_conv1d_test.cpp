#include "wavetrain/layers/separable_conv1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::SeparableConv1D;

TEST(SeparableConv1D, ConvolvesInTwoSteps) {
  check_layer(SeparableConv1D{.filters = 5, .kernel_size = 3}, {3, 9, 4}, {3, 7, 5});
  check_layer(SeparableConv1D{.filters = 5, .kernel_size = 3, .strides = 2, .padding = "same", .depth_multiplier = 2},
              {3, 9, 4}, {3, 5, 5});
  check_layer(
      SeparableConv1D{.filters = 2, .kernel_size = 2, .dilation_rate = 3, .activation = "elu", .use_bias = false},
      {2, 9, 3}, {2, 6, 2});
  check_layer(SeparableConv1D{.filters = 5, .kernel_size = 3, .data_format = "channels_first"}, {2, 4, 9}, {2, 5, 7});
}

TEST(SeparableConv1D, KeepsItsWeightsInKerasOrder) {
  const Layer layer = SeparableConv1D{.filters = 5, .kernel_size = 3, .depth_multiplier = 2};
  EXPECT_EQ(lowering_error(layer, {2, 9, 4}), "");
  ASSERT_EQ(layer.variables().size(), 3u);
  EXPECT_EQ(layer.variables()[0].name(), "depthwise_kernel");
  EXPECT_EQ(layer.variables()[0].shape(), (Shape{3, 4, 2}));
  EXPECT_EQ(layer.variables()[1].name(), "pointwise_kernel");
  EXPECT_EQ(layer.variables()[1].shape(), (Shape{1, 8, 5}));
  EXPECT_EQ(layer.variables()[2].shape(), (Shape{5}));
}

}  // namespace
}  // namespace wavetrain::tests
