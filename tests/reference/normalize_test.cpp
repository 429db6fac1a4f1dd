#include "reference/normalize.hpp"

#include <gtest/gtest.h>

#include "reference/gradient_testing.hpp"

namespace wavetrain::reference {
namespace {

TEST(BatchNormReference, GradientsAreTheDerivatives) {
  const Index N = 6, C = 3, I = 2;
  const std::vector<std::uint8_t> mask{1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1};
  const std::vector<double> x = test_values(36, 2), dy = test_values(36, 1, 1), gamma = test_values(3, 1, 2),
                            beta = test_values(3, 1, 3);
  for (const std::uint8_t* m : {static_cast<const std::uint8_t*>(nullptr), mask.data()}) {
    for (const bool training : {true, false}) {
      std::vector<double> mean = test_values(3, 0.5, 4), variance{1, 2, 0.5}, y(36);
      std::vector<double> dx(36, 0.0), dgamma(3, 0.0), dbeta(3, 0.0);
      const auto loss = [&](const std::vector<double>& at, const std::vector<double>& g, const std::vector<double>& b) {
        if (training) batch_moments(mean.data(), variance.data(), at.data(), m, N, C, I);
        batch_norm_forward(y.data(), at.data(), mean.data(), variance.data(), g.data(), b.data(), 1e-3, N, C, I);
        return dot(y, dy);
      };
      loss(x, gamma, beta);
      batch_norm_backward(dx.data(), dgamma.data(), dbeta.data(), dy.data(), x.data(), m, mean.data(), variance.data(),
                          gamma.data(), 1e-3, training, N, C, I);
      expect_gradient([&](const auto& at) { return loss(at, gamma, beta); }, x, dx);
      expect_gradient([&](const auto& at) { return loss(x, at, beta); }, gamma, dgamma);
      expect_gradient([&](const auto& at) { return loss(x, gamma, at); }, beta, dbeta);
    }
  }
}

TEST(DropoutReference, GradientIsTheDerivative) {
  const std::vector<double> x = test_values(8, 2), dy = test_values(8, 1, 1);
  const std::vector<std::uint8_t> keep{1, 0, 0, 1, 1, 1, 0, 1};
  std::vector<double> y(8), dx(8, 0.0);
  dropout_backward(dx.data(), dy.data(), keep.data(), 0.25, 8);
  expect_gradient(
      [&](const auto& at) { return dropout_forward(y.data(), at.data(), keep.data(), 0.25, 8), dot(y, dy); }, x, dx);
}

}  // namespace
}  // namespace wavetrain::reference
