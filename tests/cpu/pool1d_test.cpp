#include "cpu/pool1d.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"
#include "reference/pool1d.hpp"

namespace wavetrain::cpu {
namespace {

using Pool1DTest = OnEveryTarget;

std::vector<float> with_ties(Index count, std::mt19937& random) {
  std::vector<float> values = random_values(count, random);
  for (float& value : values) value = std::round(value * 3);
  return values;
}

TEST_P(Pool1DTest, AgreesWithTheReferenceForRandomShapes) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Index N = random_index(0, 3, random);
    Pool1D p{.T = random_index(0, 20, random), .C = random_index(1, 40, random)};
    p.pool = random_index(1, 5, random);
    p.stride = random_index(1, 4, random);
    p.pad_left = random_index(0, p.pool - 1, random);
    p.pad_right = random_index(0, p.pool - 1, random);
    const reference::PoolShape shape{N, p.T, p.C, p.pool, p.stride, p.pad_left, p.pad_right};
    ASSERT_EQ(p.steps(), shape.steps());
    const std::vector<float> x = with_ties(N * p.T * p.C, random), dy = random_values(N * p.steps() * p.C, random);
    std::vector<float> y(dy.size()), dx(x.size(), 7.0f);
    std::vector<double> y_want(dy.size()), dx_want(x.size(), 0.0);
    if (p.T > 0 || p.steps() == 0) {
      max_pool_forward(p, N, x.data(), y.data());
      reference::max_pool_forward(y_want.data(), in_double(x).data(), shape);
      expect_near(y, y_want, 1, "max");
      max_pool_backward(p, N, x.data(), y.data(), dy.data(), dx.data());
      reference::max_pool_backward(dx_want.data(), in_double(dy).data(), in_double(x).data(), shape);
      expect_near(dx, dx_want, 5, "max backward");
    }
    average_pool_forward(p, N, x.data(), y.data());
    reference::average_pool_forward(y_want.data(), in_double(x).data(), shape);
    expect_near(y, y_want, 5, "average");
    average_pool_backward(p, N, dy.data(), dx.data());
    std::fill(dx_want.begin(), dx_want.end(), 0.0);
    reference::average_pool_backward(dx_want.data(), in_double(dy).data(), shape);
    expect_near(dx, dx_want, 5, "average backward");
    if (HasFatalFailure()) FAIL() << "T=" << p.T << " C=" << p.C << " pool=" << p.pool << " stride=" << p.stride;
  }
}

TEST_P(Pool1DTest, GlobalPoolingAgreesWithTheReference) {
  std::mt19937 random(4);
  for (int round = 0; round < 60; ++round) {
    const Index N = random_index(0, 3, random), T = random_index(1, 300, random), C = random_index(1, 40, random);
    const std::vector<float> x = with_ties(N * T * C, random), dy = random_values(N * C, random);
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(N * T));
    for (auto& kept : mask) kept = random_index(0, 2, random) > 0 ? 1 : 0;
    for (Index n = 0; n < N; ++n) mask[static_cast<std::size_t>(n * T)] = 1;
    std::vector<float> y(dy.size()), dx(x.size(), 7.0f);
    std::vector<double> y_want(dy.size()), dx_want(x.size(), 0.0);
    global_max_forward(N, T, C, x.data(), y.data());
    reference::global_max_forward(y_want.data(), in_double(x).data(), N, T, C);
    expect_near(y, y_want, 1, "max");
    global_max_backward(N, T, C, x.data(), y.data(), dy.data(), dx.data());
    reference::global_max_backward(dx_want.data(), in_double(dy).data(), in_double(x).data(), N, T, C);
    expect_near(dx, dx_want, 1, "max backward");
    for (const std::uint8_t* m :
         {static_cast<const std::uint8_t*>(nullptr), static_cast<const std::uint8_t*>(mask.data())}) {
      global_average_forward(N, T, C, x.data(), m, y.data());
      reference::global_average_forward(y_want.data(), in_double(x).data(), m, N, T, C);
      expect_near(y, y_want, 5, "average");
      global_average_backward(N, T, C, m, dy.data(), dx.data());
      std::fill(dx_want.begin(), dx_want.end(), 0.0);
      reference::global_average_backward(dx_want.data(), in_double(dy).data(), m, N, T, C);
      expect_near(dx, dx_want, 1, "average backward");
    }
  }
}

// Keras 3.15.1 on TensorFlow and JAX: windows overlap, values tie.
TEST_P(Pool1DTest, TiesGoToTheFirstMaximum) {
  const float x[] = {1, 1, 0, 0, 2, 2, 2, 1}, dy[] = {1, 2, 3, 4, 5, 6, 7, 8};
  const Pool1D same{.T = 8, .C = 1, .pool = 3, .stride = 1, .pad_left = 1, .pad_right = 1};
  float y[8], dx[8];
  max_pool_forward(same, 1, x, y);
  EXPECT_EQ(std::vector<float>(y, y + 8), (std::vector<float>{1, 1, 1, 2, 2, 2, 2, 2}));
  max_pool_backward(same, 1, x, y, dy, dx);
  EXPECT_EQ(std::vector<float>(dx, dx + 8), (std::vector<float>{3, 3, 0, 0, 15, 7, 8, 0}));
  global_max_forward(1, 8, 1, x, y);
  global_max_backward(1, 8, 1, x, y, dy, dx);
  const float third = 1.0f / 3.0f;
  EXPECT_EQ(std::vector<float>(dx, dx + 8), (std::vector<float>{0, 0, 0, 0, third, third, third, 0}));
}

TEST_P(Pool1DTest, AveragesCountRealStepsOnly) {
  const float x[] = {1, 1, 0, 0, 2, 2, 2, 1};
  const Pool1D same{.T = 8, .C = 1, .pool = 3, .stride = 2, .pad_left = 0, .pad_right = 1};
  float y[4];
  average_pool_forward(same, 1, x, y);
  const float want[] = {2.0f / 3, 2.0f / 3, 2, 1.5f};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(y[i], want[i]);
}

TEST_P(Pool1DTest, NaNGoesThrough) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  const Pool1D p{.T = 4, .C = 1, .pool = 2, .stride = 2};
  for (const std::vector<float>& x : {std::vector<float>{kNaN, 1, 2, 3}, std::vector<float>{1, kNaN, 2, 3}}) {
    float y[2], dx[4];
    const float dy[] = {1, 2};
    max_pool_forward(p, 1, x.data(), y);
    EXPECT_TRUE(std::isnan(y[0]));
    EXPECT_EQ(y[1], 3);
    max_pool_backward(p, 1, x.data(), y, dy, dx);
    for (int t = 0; t < 2; ++t) EXPECT_EQ(dx[t], std::isnan(x[static_cast<std::size_t>(t)]) ? 1 : 0);
    global_max_forward(1, 4, 1, x.data(), y);
    EXPECT_TRUE(std::isnan(y[0]));
    average_pool_forward(p, 1, x.data(), y);
    EXPECT_TRUE(std::isnan(y[0]));
  }
  const std::uint8_t none[] = {0, 0, 0, 0}, second[] = {0, 1, 0, 0};
  const float x[] = {kNaN, 5, kNaN, kNaN};
  float y;
  global_average_forward(1, 4, 1, x, second, &y);
  EXPECT_EQ(y, 5);
  global_average_forward(1, 4, 1, x, none, &y);
  EXPECT_TRUE(std::isnan(y));
}

INSTANTIATE_TEST_SUITE_P(Targets, Pool1DTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
