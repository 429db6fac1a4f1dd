#include "wavetrain/layers/depthwise_conv1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::DepthwiseConv1D;

TEST(DepthwiseConv1D, ConvolvesEveryChannelByItself) {
  check_layer(DepthwiseConv1D{.kernel_size = 3}, {3, 9, 4}, {3, 7, 4});
  check_layer(DepthwiseConv1D{.kernel_size = 3, .strides = 2, .padding = "same", .depth_multiplier = 2}, {3, 9, 4},
              {3, 5, 8});
  check_layer(DepthwiseConv1D{.kernel_size = 2, .depth_multiplier = 3, .dilation_rate = 3, .activation = "tanh"},
              {2, 9, 2}, {2, 6, 6});
  check_layer(DepthwiseConv1D{.kernel_size = 3, .depth_multiplier = 3, .use_bias = false}, {2, 9, 1}, {2, 7, 3});
  check_layer(DepthwiseConv1D{.kernel_size = 3, .padding = "SAME", .data_format = "channels_first"}, {2, 4, 9},
              {2, 4, 9});
}

// y[c·2 + j] = sum over k of x[k, c] · kernel[k, c, j]
TEST(DepthwiseConv1D, OrdersItsChannelsAsKeras) {
  EXPECT_EQ(evaluate_layer(DepthwiseConv1D{.kernel_size = 2, .depth_multiplier = 2, .use_bias = false}, {1, 2, 2},
                           {1, 10, 2, 20}, {{1, 2, 3, 4, 5, 6, 7, 8}}),
            (std::vector<double>{1 * 1 + 2 * 5, 1 * 2 + 2 * 6, 10 * 3 + 20 * 7, 10 * 4 + 20 * 8}));
}

TEST(DepthwiseConv1D, SaysWhatDoesNotFit) {
  EXPECT_THROW(Layer(DepthwiseConv1D{.kernel_size = 3, .padding = "causal"}), ValueError);
  EXPECT_THROW(Layer(DepthwiseConv1D{.kernel_size = 3, .depth_multiplier = 0}), ValueError);
  EXPECT_NE(lowering_error(DepthwiseConv1D{.kernel_size = 6}, {2, 5, 3})
                .find("Computed output size would be zero or negative"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
