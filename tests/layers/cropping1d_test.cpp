#include "wavetrain/layers/cropping1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(Cropping1D, CutsBothEndsOff) {
  check_layer(layers::Cropping1D{}, {2, 5, 3}, {2, 3, 3});
  check_layer(layers::Cropping1D{.cropping = {0, 3}}, {2, 5, 3}, {2, 2, 3});
  check_layer(layers::Cropping1D{.cropping = {4, 0}}, {2, 5, 3}, {2, 1, 3});
  EXPECT_EQ(evaluate_layer(layers::Cropping1D{.cropping = {2, 1}}, {1, 5, 1}, {1, 2, 3, 4, 5}),
            (std::vector<double>{3, 4}));
}

TEST(Cropping1D, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(layers::Cropping1D{.cropping = {2, 3}}, {2, 5, 3})
                .find("`cropping` parameter of `Cropping1D` layer must be smaller than the input length"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
