#include "cpu/reduce.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"

namespace wavetrain::cpu {
namespace {

using ReduceTest = OnEveryTarget;

TEST_P(ReduceTest, SumsAgreeWithDouble) {
  std::mt19937 random(8);
  for (const Index n : {0, 1, 3, 15, 16, 17, 100, 4095, 4096, 4097, 20001}) {
    const std::vector<float> x = random_values(n, random);
    double want = 0, squares = 0;
    for (const float value : x) {
      want += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
    EXPECT_NEAR(sum(n, x.data()), want, 1e-5 * std::sqrt(static_cast<double>(n) + 1)) << n;
    EXPECT_NEAR(sum_of_squares(n, x.data()), squares, 2e-6 * (squares + 1e-3)) << n;
    std::vector<double> partial(static_cast<std::size_t>(reduce_blocks(n)));
    const Index half = reduce_blocks(n) / 2;
    square_blocks_of(n, x.data(), half, reduce_blocks(n), partial.data());
    square_blocks_of(n, x.data(), 0, half, partial.data());
    EXPECT_EQ(sum_blocks(reduce_blocks(n), partial.data()), sum_of_squares(n, x.data()));
    sum_blocks_of(n, x.data(), 0, reduce_blocks(n), partial.data());
    EXPECT_EQ(sum_blocks(reduce_blocks(n), partial.data()), sum(n, x.data()));
  }
}

TEST_P(ReduceTest, ColumnSumsHaveOneOrder) {
  std::mt19937 random(9);
  for (int round = 0; round < 50; ++round) {
    const Index rows = random_index(0, 300, random), F = random_index(1, 70, random),
                stride = F + random_index(0, 3, random);
    const std::vector<float> x = random_values(rows * stride, random), y0 = random_values(F, random);
    for (const bool accumulate : {false, true}) {
      std::vector<double> want(static_cast<std::size_t>(F), 0.0);
      for (Index f = 0; f < F; ++f) {
        double& total = want[static_cast<std::size_t>(f)];
        if (accumulate) total = static_cast<double>(y0[static_cast<std::size_t>(f)]);
        for (Index r = 0; r < rows; ++r) total += static_cast<double>(x[static_cast<std::size_t>(r * stride + f)]);
      }
      std::vector<float> y = y0, split = y0;
      column_sums(rows, F, x.data(), stride, y.data(), accumulate);
      expect_near(y, want, rows, "column sums");
      const Index cut = random_index(0, F, random);
      column_sums(rows, cut, x.data(), stride, split.data(), accumulate);
      column_sums(rows, F - cut, x.data() + cut, stride, split.data() + cut, accumulate);
      EXPECT_EQ(split, y);
    }
  }
}

TEST_P(ReduceTest, ScaleAndAxpy) {
  std::mt19937 random(10);
  for (const Index n : {0, 1, 16, 37}) {
    const std::vector<float> x = random_values(n, random), y = random_values(n, random);
    std::vector<float> scaled = x, sum_of_both = y;
    scale(n, 3.0f, scaled.data());
    axpy(n, 2.0f, x.data(), sum_of_both.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(scaled[i], x[i] * 3.0f);
      EXPECT_NEAR(sum_of_both[i], y[i] + 2 * x[i], 2e-7);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, ReduceTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
