// Expected numbers: _convert_rnn_weights of Keras 2.3.1 on consecutive numbers.
#include "files/cudnn_weights.hpp"

#include <gtest/gtest.h>

namespace wavetrain::files {
namespace {

Array counting(const Shape& shape, float first) {
  Array values(shape);
  for (Index i = 0; i < values.size(); ++i) values[i] = first + static_cast<float>(i);
  return values;
}

std::vector<Variable> recurrent_weights(Index inputs, Index units, Index gates, const Shape& bias) {
  return {Variable({.name = "kernel", .shape = {inputs, gates * units}}, "cell"),
          Variable({.name = "recurrent_kernel", .shape = {units, gates * units}}, "cell"),
          Variable({.name = "bias", .shape = bias}, "cell")};
}

void expect_values(const Array& actual, const Shape& shape, const std::vector<float>& expected) {
  EXPECT_EQ(actual.shape(), shape);
  EXPECT_EQ(std::vector<float>(actual.begin(), actual.end()), expected);
}

TEST(CudnnWeights, OfAnLstm) {
  std::vector<Array> values{counting({3, 8}, 0), counting({2, 8}, 100), counting({16}, 200)};
  convert_cudnn_weights(recurrent_weights(3, 2, 4, {8}), values);
  expect_values(values[0], {3, 8},
                {0, 9, 2, 11, 4, 13, 6, 15, 1, 16, 3, 18, 5, 20, 7, 22, 8, 17, 10, 19, 12, 21, 14, 23});
  expect_values(values[1], {2, 8}, {100, 108, 102, 110, 104, 112, 106, 114, 101, 109, 103, 111, 105, 113, 107, 115});
  expect_values(values[2], {8}, {408, 410, 412, 414, 416, 418, 420, 422});
}

TEST(CudnnWeights, OfAGru) {
  std::vector<Array> values{counting({3, 6}, 0), counting({2, 6}, 100), counting({12}, 200)};
  convert_cudnn_weights(recurrent_weights(3, 2, 3, {2, 6}), values);
  expect_values(values[0], {3, 6}, {0, 7, 2, 9, 4, 11, 1, 12, 3, 14, 5, 16, 6, 13, 8, 15, 10, 17});
  expect_values(values[1], {2, 6}, {100, 106, 102, 108, 104, 110, 101, 107, 103, 109, 105, 111});
  expect_values(values[2], {2, 6}, {200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211});
}

TEST(CudnnWeights, OthersStay) {
  const std::vector<Array> before{counting({3, 8}, 0), counting({2, 8}, 100), counting({8}, 200)};
  std::vector<Array> values = before;
  convert_cudnn_weights(recurrent_weights(3, 2, 4, {8}), values);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(std::equal(values[i].begin(), values[i].end(), before[i].begin(), before[i].end()));
  }
}

}  // namespace
}  // namespace wavetrain::files
