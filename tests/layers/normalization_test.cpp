#include "wavetrain/layers/normalization.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"
#include "wavetrain/sequential.hpp"

namespace wavetrain::tests {
namespace {

using layers::Normalization;

TEST(Normalization, SubtractsTheMeanAndDividesByTheDeviation) {
  check_layer(Normalization{}, {3, 7, 5}, {3, 7, 5});
  check_layer(Normalization{.axis = 1}, {3, 7, 5}, {3, 7, 5});
  check_layer(Normalization{.axis = {1, 2}}, {3, 7, 5}, {3, 7, 5});
  check_layer(Normalization{.axis = {}}, {3, 7, 5}, {3, 7, 5});
  check_layer(Normalization{.invert = true}, {3, 7, 5}, {3, 7, 5});
  check_layer(Normalization{.mean = {1, 2, 3}, .variance = {4, 5, 6}}, {2, 4, 3}, {2, 4, 3});
  check_layer(Normalization{.axis = {}, .mean = 1, .variance = 4}, {2, 4, 3}, {2, 4, 3});
  EXPECT_EQ(evaluate_layer(Normalization{.mean = 1, .variance = 4}, {1, 2}, {3, -1}), (std::vector<double>{1, -1}));
  EXPECT_EQ(evaluate_layer(Normalization{.mean = 1, .variance = 4, .invert = true}, {1, 2}, {1, -1}),
            (std::vector<double>{3, -1}));
}

TEST(Normalization, AdaptsToData) {
  const Array x{{1, 10}, {3, 10}, {5, 40}};
  Normalization before;
  before.adapt(x);
  const Sequential model{before};
  const Array y = model.predict(x);
  EXPECT_NEAR(y.data()[0], -2 / std::sqrt(8.0 / 3), 1e-6);
  EXPECT_NEAR(y.data()[5], 20 / std::sqrt(200.0), 1e-6);

  // Later, through the model's layer.
  Sequential later{layers::Input{.shape = {2}}, Normalization{.axis = {}}};
  later.get_layer(Index{0}).adapt(x);
  const std::vector<Array> weights = later.get_weights();
  ASSERT_EQ(weights.size(), 3u);
  EXPECT_NEAR(weights[0].data()[0], 11.5, 1e-6);
  EXPECT_EQ(weights[2].shape(), Shape{});
  EXPECT_EQ(weights[2].data()[0], 0);
}

TEST(Normalization, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(Normalization{.mean = 1}, {2, 3}).find("both `mean` and `variance` must be set"),
            std::string::npos);
  EXPECT_NE(lowering_error(Normalization{.axis = 3}, {2, 3}).find("must be in the range [-ndim, ndim)"),
            std::string::npos);
  Layer dense = Normalization{.mean = 1, .variance = 1};
  EXPECT_THROW(dense.adapt(Array{1, 2}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
