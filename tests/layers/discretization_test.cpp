#include "wavetrain/layers/discretization.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::Discretization;

TEST(Discretization, CountsTheBoundariesBelow) {
  const std::vector<double> x{-1, 0, 0.5, 1, 7, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_EQ(evaluate_layer(Discretization{.bin_boundaries = {{0.0, 1.0}}}, {2, 3}, x),
            (std::vector<double>{0, 1, 1, 2, 2, 2}));
  check_layer(Discretization{.bin_boundaries = {{-0.5, 0.0, 0.25}}}, {3, 4}, {3, 4}, {.gradients = false});
  check_layer(Discretization{.bin_boundaries = {{-0.5, 0.1}}, .output_mode = "one_hot"}, {3, 4, 1}, {3, 4, 3},
              {.gradients = false});
  check_layer(Discretization{.bin_boundaries = {{-0.5, 0.1}}, .output_mode = "count"}, {3, 4}, {3, 3},
              {.gradients = false});
}

// What Keras finds for these.
TEST(Discretization, AdaptsToData) {
  Discretization layer{.num_bins = 4};
  Array x(Shape{1000});
  for (Index i = 0; i < 1000; ++i) x.data()[i] = static_cast<float>(i * 7 % 1000);
  layer.adapt(x);
  ASSERT_TRUE(layer.bin_boundaries.has_value());
  ASSERT_EQ(layer.bin_boundaries->size(), 3u);
  const std::vector<double> boundaries{248.999755859375, 498.99981689453125, 748.9999389648438};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR((*layer.bin_boundaries)[i], boundaries[i], 1e-4);
  Discretization small{.num_bins = 3};
  small.adapt(Array{1, 2, 3, 4, 5, 6, 7});
  ASSERT_EQ(small.bin_boundaries->size(), 2u);
  EXPECT_EQ((*small.bin_boundaries)[0], 2.3333332538604736);
  EXPECT_EQ((*small.bin_boundaries)[1], 4.666666507720947);
  const Layer copy = make_layer("Discretization", Layer(layer).config());
  EXPECT_EQ(copy.as<Discretization>()->bin_boundaries, layer.bin_boundaries);
}

TEST(Discretization, SaysWhatIsMissing) {
  EXPECT_NE(lowering_error(Discretization{}, {2, 3}).find("set either `num_bins` or `bin_boundaries`"),
            std::string::npos);
  EXPECT_NE(lowering_error(Discretization{.num_bins = 3}, {2, 3}).find("call `adapt(dataset)`"), std::string::npos);
  Discretization given{.bin_boundaries = {{1.0}}};
  EXPECT_THROW(given.adapt(Array{1, 2}), ValueError);
}

}  // namespace
}  // namespace wavetrain::tests
