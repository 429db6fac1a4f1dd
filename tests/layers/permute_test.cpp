#include "wavetrain/layers/permute.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(Permute, ReordersAxes) {
  check_layer(layers::Permute{.dims = {2, 1}}, {2, 37, 19}, {2, 19, 37});
  check_layer(layers::Permute{.dims = {1, 2}}, {2, 5, 3}, {2, 5, 3});
  check_layer(layers::Permute{.dims = {1}}, {2, 5}, {2, 5});
  check_layer(layers::Permute{.dims = {3, 1, 2}}, {2, 5, 3, 4}, {2, 4, 5, 3});
  check_layer(layers::Permute{.dims = {2, 3, 1}}, {2, 5, 3, 4}, {2, 3, 4, 5});
  check_layer(layers::Permute{.dims = {2, 1, 3}}, {2, 5, 3, 4}, {2, 3, 5, 4});
  check_layer(layers::Permute{.dims = {4, 2, 1, 3}}, {2, 3, 4, 2, 5}, {2, 5, 4, 3, 2});
}

TEST(Permute, EveryValueGoesToItsPlace) {
  std::vector<double> x(2 * 3 * 4 * 5);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  const std::vector<double> y = evaluate_layer(layers::Permute{.dims = {3, 1, 2}}, {2, 3, 4, 5}, x);
  std::size_t at = 0;
  for (Index n = 0; n < 2; ++n)
    for (Index c = 0; c < 5; ++c)
      for (Index a = 0; a < 3; ++a)
        for (Index b = 0; b < 4; ++b) EXPECT_EQ(y[at++], static_cast<double>(((n * 3 + a) * 4 + b) * 5 + c));
}

TEST(Permute, SaysWhatDoesNotFit) {
  EXPECT_NE(lowering_error(layers::Permute{.dims = {0, 1}}, {2, 6, 4}).find("Invalid permutation argument `dims`"),
            std::string::npos);
  EXPECT_NE(lowering_error(layers::Permute{.dims = {2, 1}}, {2, 6}).find("expected ndim=3, found ndim=2"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
