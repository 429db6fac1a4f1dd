#include "wavetrain/layers/up_sampling1d.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(UpSampling1D, RepeatsEveryStep) {
  check_layer(layers::UpSampling1D{}, {2, 5, 3}, {2, 10, 3});
  check_layer(layers::UpSampling1D{.size = 3}, {2, 4, 1}, {2, 12, 1});
  check_layer(layers::UpSampling1D{.size = 1}, {2, 4, 2}, {2, 4, 2});
  EXPECT_EQ(evaluate_layer(layers::UpSampling1D{}, {1, 2, 2}, {1, 2, 3, 4}),
            (std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(UpSampling1D, SaysWhatDoesNotFit) {
  EXPECT_THROW(Layer(layers::UpSampling1D{.size = 0}), ValueError);
  EXPECT_NE(lowering_error(layers::UpSampling1D{}, {2, 6}).find("expected ndim=3, found ndim=2"), std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
