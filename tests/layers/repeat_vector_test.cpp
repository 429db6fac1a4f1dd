#include "wavetrain/layers/repeat_vector.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

TEST(RepeatVector, MakesASeriesOfAVector) {
  check_layer(layers::RepeatVector{.n = 4}, {3, 5}, {3, 4, 5});
  EXPECT_EQ(evaluate_layer(layers::RepeatVector{.n = 2}, {2, 2}, {1, 2, 3, 4}),
            (std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(RepeatVector, SaysWhatDoesNotFit) {
  EXPECT_THROW(Layer(layers::RepeatVector{.n = 0}), ValueError);
  EXPECT_NE(lowering_error(layers::RepeatVector{.n = 2}, {2, 6, 4}).find("expected ndim=2, found ndim=3"),
            std::string::npos);
}

}  // namespace
}  // namespace wavetrain::tests
