#include "wavetrain/layers/einsum_dense.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::EinsumDense;

TEST(EinsumDense, FollowsItsEquation) {
  check_layer(EinsumDense{.equation = "ab,bc->ac", .output_shape = 4, .bias_axes = "c"}, {3, 5}, {3, 4});
  check_layer(EinsumDense{.equation = "...x,xy->...y", .output_shape = 4, .activation = "tanh", .bias_axes = "y"},
              {2, 6, 5}, {2, 6, 4});
  check_layer(EinsumDense{.equation = "abc,cd->abd", .output_shape = {kNone, 4}}, {2, 6, 5}, {2, 6, 4});
  check_layer(EinsumDense{.equation = "abc,bd->acd", .output_shape = {5, 4}, .bias_axes = "cd"}, {2, 6, 5}, {2, 5, 4});
  check_layer(EinsumDense{.equation = "abc,bd->acd", .output_shape = {5, 4}, .bias_axes = "c"}, {2, 6, 5}, {2, 5, 4});
  check_layer(EinsumDense{.equation = "abc,bcde->ade", .output_shape = {2, 3}, .bias_axes = "de"}, {2, 4, 5},
              {2, 2, 3});
  check_layer(EinsumDense{.equation = "abc,bcd->abd", .output_shape = {kNone, 3}}, {2, 4, 5}, {2, 4, 3});
  check_layer(EinsumDense{.equation = "ab...,bc->ac...", .output_shape = 3, .bias_axes = "c"}, {2, 4, 5}, {2, 3, 5});
}

TEST(EinsumDense, ShapesItsWeightsAsKeras) {
  const Layer layer = EinsumDense{.equation = "abc,bd->acd", .output_shape = {5, 4}, .bias_axes = "c"};
  EXPECT_EQ(lowering_error(layer, {2, 6, 5}), "");
  EXPECT_EQ(layer.variables()[0].shape(), (Shape{6, 4}));
  EXPECT_EQ(layer.variables()[1].shape(), (Shape{5, 1}));
}

TEST(EinsumDense, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(EinsumDense{.equation = "ab,bc", .output_shape = 4}, {2, 3})
                .find("Invalid einsum equation 'ab,bc'"),
            std::string::npos);
  EXPECT_NE(lowering_error(EinsumDense{.equation = "ab,bc->ad", .output_shape = 4}, {2, 3})
                .find("Dimension 'd' was specified in the output 'ad'"),
            std::string::npos);
  EXPECT_NE(lowering_error(EinsumDense{.equation = "ab,bc->ac", .output_shape = 4, .bias_axes = "z"}, {2, 3})
                .find("Bias dimension 'z' was requested"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
