#include "wavetrain/layers/category_encoding.hpp"

#include <gtest/gtest.h>

#include "support/layer_testing.hpp"

namespace wavetrain::tests {
namespace {

using layers::CategoryEncoding;
using Values = std::vector<double>;

TEST(CategoryEncoding, TurnsTokensIntoIndicators) {
  const Values tokens{0, 2, 2, 1, 1, 1};
  EXPECT_EQ(evaluate_layer(CategoryEncoding{.num_tokens = 3}, {2, 3}, tokens), (Values{1, 0, 1, 0, 1, 0}));
  EXPECT_EQ(evaluate_layer(CategoryEncoding{.num_tokens = 3, .output_mode = "count"}, {2, 3}, tokens),
            (Values{1, 0, 2, 0, 3, 0}));
  EXPECT_EQ(evaluate_layer(CategoryEncoding{.num_tokens = 2, .output_mode = "one_hot"}, {2, 2, 1}, {0, 1, 1, 5}),
            (Values{1, 0, 0, 1, 0, 1, 0, 0}));
  check_layer(CategoryEncoding{.num_tokens = 4, .output_mode = "one_hot"}, {2, 3}, {2, 3, 4},
              {.gradients = false, .input = tokens});
  check_layer(CategoryEncoding{.num_tokens = 4, .output_mode = "binary"}, {2, 3}, {2, 4},
              {.gradients = false, .input = tokens});
}

}  // namespace
}  // namespace wavetrain::tests
