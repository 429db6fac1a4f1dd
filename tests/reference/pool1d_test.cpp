#include "reference/pool1d.hpp"

#include <gtest/gtest.h>

#include "reference/gradient_testing.hpp"

namespace wavetrain::reference {
namespace {

TEST(PoolReference, GradientsAreTheDerivatives) {
  for (const PoolShape& p :
       {PoolShape{2, 7, 3, 2, 2, 0, 0}, PoolShape{1, 9, 2, 3, 1, 1, 1}, PoolShape{2, 5, 1, 4, 3, 2, 1}}) {
    const std::vector<double> x = test_values(static_cast<std::size_t>(p.N * p.L * p.C), 2);
    const std::vector<double> dy = test_values(static_cast<std::size_t>(p.N * p.steps() * p.C), 1, 1);
    std::vector<double> dx(x.size(), 0.0), y(dy.size());
    max_pool_backward(dx.data(), dy.data(), x.data(), p);
    expect_gradient([&](const auto& at) { return max_pool_forward(y.data(), at.data(), p), dot(y, dy); }, x, dx);
    dx.assign(x.size(), 0.0);
    average_pool_backward(dx.data(), dy.data(), p);
    expect_gradient([&](const auto& at) { return average_pool_forward(y.data(), at.data(), p), dot(y, dy); }, x, dx);
  }
}

TEST(PoolReference, GlobalGradientsAreTheDerivatives) {
  const Index N = 2, L = 6, C = 3;
  const std::vector<std::uint8_t> mask{1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1};
  const std::vector<double> x = test_values(36, 2), dy = test_values(6, 1, 1);
  std::vector<double> dx(36, 0.0), y(6);
  global_max_backward(dx.data(), dy.data(), x.data(), N, L, C);
  expect_gradient([&](const auto& at) { return global_max_forward(y.data(), at.data(), N, L, C), dot(y, dy); }, x, dx);
  for (const std::uint8_t* m : {static_cast<const std::uint8_t*>(nullptr), mask.data()}) {
    dx.assign(36, 0.0);
    global_average_backward(dx.data(), dy.data(), m, N, L, C);
    expect_gradient([&](const auto& at) { return global_average_forward(y.data(), at.data(), m, N, L, C), dot(y, dy); },
                    x, dx);
  }
}

}  // namespace
}  // namespace wavetrain::reference
