#include "wavetrain/layers/zero_padding1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(ZeroPadding1D, AddsZerosAtBothEnds) {
  check_layer(layers::ZeroPadding1D{}, {2, 5, 3}, {2, 7, 3});
  check_layer(layers::ZeroPadding1D{.padding = {0, 3}}, {2, 5, 3}, {2, 8, 3});
  check_layer(layers::ZeroPadding1D{.padding = {2, 0}, .data_format = "channels_first"}, {2, 3, 5}, {2, 3, 7});
  EXPECT_EQ(evaluate_layer(layers::ZeroPadding1D{.padding = {1, 2}}, {1, 1, 2}, {1, 2}),
            (std::vector<double>{0, 0, 1, 2, 0, 0, 0, 0}));
}

TEST(ZeroPadding1D, SaysWhatDoesNotFit) {
  EXPECT_THROW(Layer(layers::ZeroPadding1D{.padding = {-1, 0}}), ValueError);
  EXPECT_THROW(make_layer("ZeroPadding1D", Config::dict({{"padding", Config::list({1, 2, 3})}})), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
