#include "wavetrain/layers/conv1d_transpose.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::Conv1DTranspose;

TEST(Conv1DTranspose, SpreadsEveryStep) {
  for (const char* padding : {"valid", "same"}) {
    for (const Index kernel : {1, 2, 3, 5}) {
      for (const Index stride : {1, 2, 3}) {
        const Index length = std::string(padding) == "same" ? 6 * stride : 5 * stride + std::max(kernel, stride);
        check_layer(Conv1DTranspose{.filters = 4, .kernel_size = kernel, .strides = stride, .padding = padding},
                    {3, 6, 5}, {3, length, 4});
      }
    }
  }
  check_layer(Conv1DTranspose{.filters = 3, .kernel_size = 3, .dilation_rate = 2, .activation = "relu"}, {2, 6, 2},
              {2, 10, 3});
  check_layer(
      Conv1DTranspose{.filters = 3, .kernel_size = 3, .padding = "same", .dilation_rate = 2, .activation = "tanh"},
      {2, 6, 2}, {2, 6, 3});
  check_layer(Conv1DTranspose{.filters = 3, .kernel_size = 4, .strides = 3, .output_padding = 2, .use_bias = false},
              {2, 6, 2}, {2, 21, 3});
  check_layer(Conv1DTranspose{.filters = 3, .kernel_size = 4, .strides = 3, .padding = "same", .output_padding = 1},
              {2, 6, 2}, {2, 16, 3});
  check_layer(Conv1DTranspose{.filters = 3, .kernel_size = 1, .strides = 4, .padding = "same"}, {2, 6, 2}, {2, 24, 3});
  check_layer(Conv1DTranspose{.filters = 3, .kernel_size = 2, .data_format = "channels_first"}, {2, 2, 6}, {2, 3, 7});
}

TEST(Conv1DTranspose, OneImpulse) {
  EXPECT_EQ(evaluate_layer(Conv1DTranspose{.filters = 1, .kernel_size = 3, .strides = 2, .use_bias = false}, {1, 2, 1},
                           {1, 10}, {{1, 2, 3}}),
            (std::vector<double>{1, 2, 3 + 10, 20, 30}));
}

// From Keras on JAX: TensorFlow has no dilation here.
TEST(Conv1DTranspose, Dilates) {
  const auto run = [](Index kernel, Index dilation, const char* padding, const std::vector<double>& weights) {
    return evaluate_layer(
        Conv1DTranspose{
            .filters = 1, .kernel_size = kernel, .padding = padding, .dilation_rate = dilation, .use_bias = false},
        {1, 3, 1}, {1, 2, 3}, {weights});
  };
  using Values = std::vector<double>;
  EXPECT_EQ(run(2, 2, "valid", {1, 10}), (Values{1, 2, 13, 20, 30}));
  EXPECT_EQ(run(2, 2, "same", {1, 10}), (Values{2, 13, 20}));
  EXPECT_EQ(run(3, 3, "valid", {1, 10, 100}), (Values{1, 2, 3, 10, 20, 30, 100, 200, 300}));
  EXPECT_EQ(run(3, 3, "same", {1, 10, 100}), (Values{10, 20, 30}));
}

TEST(Conv1DTranspose, SaysWhatDoesNotFit) {
  EXPECT_NE(
      lowering_error(Conv1DTranspose{.filters = 1, .kernel_size = 3, .strides = 2, .output_padding = 2}, {1, 5, 1})
          .find("`output_padding` must be strictly less than `strides`"),
      std::string::npos);
  EXPECT_NE(lowering_error(Conv1DTranspose{.filters = 1, .kernel_size = 3, .strides = 2, .dilation_rate = 2}, {1, 5, 1})
                .find("`strides > 1` not supported in conjunction with `dilation_rate > 1`"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
