#include "cpu/activation.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"
#include "reference/activation.hpp"
#include "wavetrain/error.hpp"

namespace wavetrain::cpu {
namespace {

using ActivationTest = OnEveryTarget;
using Function = wavetrain::Activation;

std::vector<Function> all_activations() {
  std::vector<Function> all{Function::relu(0.1f, 2.0f, 0.5f),
                            Function::relu(0.0f, 3.0f),
                            Function::relu(0.25f, 6.0f),
                            Function::relu(0.0f, 6.0f),
                            Function::relu(0.0f, 3.0f, -1.0f),
                            Function::relu(-0.5f),
                            Function::leaky_relu(0.3f),
                            Function::leaky_relu(-0.25f),
                            Function::elu(0.5f),
                            Function::elu(-2.0f),
                            Function::celu(0.5f),
                            Function::celu(-1.0f),
                            Function::threshold(0.5f, -0.25f),
                            Function::soft_shrink(1.0f),
                            Function::gelu(true),
                            Function::squareplus(1.0f)};
  for (const std::string& name : Function::names()) {
    if (name != "threshold") all.push_back(name);
  }
  return all;
}

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double value : v) sum += value * value;
  return std::sqrt(sum);
}

// Also elementwise: no value off by more than a few units of its own size or of 1.
void expect_close(const std::vector<float>& got, const std::vector<double>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size());
  double error = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - want[i]);
    ASSERT_LE(difference, 1e-6 * std::max(1.0, std::abs(want[i])))
        << what << " element " << i << ": got " << got[i] << ", want " << want[i];
    error += difference * difference;
  }
  EXPECT_LE(std::sqrt(error), 5e-7 * std::max(norm(want), 0.2)) << what;
}

TEST_P(ActivationTest, AgreesWithTheReferenceForAllShapes) {
  std::mt19937 random(7);
  const struct {
    Index outer, size, inner;
  } kShapes[] = {{0, 4, 1},   {3, 2, 1}, {2, 10, 1}, {5, 16, 1}, {1, 34, 1},
                 {2, 100, 1}, {2, 6, 3}, {1, 4, 17}, {3, 2, 40}};
  for (const Function& function : all_activations()) {
    for (const auto& [outer, size, inner] : kShapes) {
      const std::size_t n = static_cast<std::size_t>(outer * size * inner);
      std::vector<float> x = random_values(static_cast<Index>(n), random);
      for (float& value : x) value *= 5;
      const std::size_t n_out = static_cast<std::size_t>(outer * activation_output_size(function, size) * inner);
      const std::vector<float> dy = random_values(static_cast<Index>(n_out), random);
      std::vector<double> y_want(n_out), dx_want(n, 0.0);
      reference::activation_forward(y_want.data(), in_double(x).data(), function, outer, size, inner);
      reference::activation_backward(dx_want.data(), in_double(dy).data(), in_double(x).data(), function, outer, size,
                                     inner);
      std::vector<float> y(n_out), dx(n);
      activation_forward(function, outer, size, inner, x.data(), y.data());
      const BackwardNeeds needs = backward_needs(function);
      activation_backward(function, outer, size, inner, needs == BackwardNeeds::x ? x.data() : nullptr,
                          needs == BackwardNeeds::y ? y.data() : nullptr, dy.data(), dx.data());
      expect_close(y, y_want, function.name());
      expect_close(dx, dx_want, function.name() + " backward");
      if (HasFailure()) return;
      if (function.kind() == ActivationKind::glu) continue;
      std::vector<float> in_place = x, gradient = dy;
      activation_forward(function, outer, size, inner, in_place.data(), in_place.data());
      EXPECT_EQ(in_place, y) << function.name();
      activation_backward(function, outer, size, inner, x.data(), y.data(), gradient.data(), gradient.data());
      EXPECT_EQ(gradient, dx) << function.name();
    }
  }
}

// A derivative at a kink is exact or plainly wrong, and the backward pass may only see y.
TEST_P(ActivationTest, KinksHaveTheReferenceDerivative) {
  for (const Function& function : all_activations()) {
    if (!is_elementwise(function)) continue;
    for (const float x : {-6.0f, -3.0f, -1.0f, -0.5f, 0.0f, 0.5f, 1.0f, 2.0f, 3.0f, 6.0f}) {
      const float one = 1;
      float y, dx;
      activation_forward(function, 1, 1, &x, &y);
      activation_backward(function, 1, 1, &x, &y, &one, &dx);
      const double want = reference::activation_gradient<double>(function, x);
      EXPECT_NEAR(dx, want, 1e-6 * std::max(1.0, std::abs(want))) << function.name() << " at " << x;
    }
  }
}

TEST_P(ActivationTest, InfinityAndNaNGoThroughAsInKeras) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  // f(NaN), f(-inf), f(+inf) of Keras 3.15.1 on TensorFlow.
  const struct {
    Function function;
    float nan, low, high;
  } kCases[] = {
      {"relu", kNaN, 0, kInfinity},
      {"relu6", kNaN, 0, 6},
      {"leaky_relu", kNaN, -kInfinity, kInfinity},
      {Function::relu(0, kInfinity, 0.5f), 0, 0, kInfinity},
      {Function::relu(0.1f, 2, 0.5f), kNaN, -kInfinity, 2},
      {Function::relu(0, 2), kNaN, 0, 2},
      {"elu", kNaN, -1, kInfinity},
      {"selu", kNaN, -1.7580993f, kInfinity},
      {"celu", kNaN, -1, kInfinity},
      {"softplus", kNaN, 0, kInfinity},
      {"softsign", kNaN, kNaN, kNaN},
      {"sigmoid", kNaN, 0, 1},
      {"hard_sigmoid", kNaN, 0, 1},
      {"keras2_hard_sigmoid", kNaN, 0, 1},
      {"log_sigmoid", kNaN, -kInfinity, 0},
      {"sparse_sigmoid", kNaN, 0, 1},
      {"tanh", kNaN, -1, 1},
      {"hard_tanh", kNaN, -1, 1},
      {"tanh_shrink", kNaN, -kInfinity, kInfinity},
      {"soft_shrink", 0, -kInfinity, kInfinity},
      {"hard_shrink", 0, -kInfinity, kInfinity},
      {Function::threshold(0.5f, -0.25f), -0.25f, -0.25f, kInfinity},
      {"exponential", kNaN, 0, kInfinity},
      {"gelu", kNaN, kNaN, kInfinity},
      {Function::gelu(true), kNaN, kNaN, kInfinity},
      {"silu", kNaN, kNaN, kInfinity},
      {"hard_silu", kNaN, kNaN, kInfinity},
      {"mish", kNaN, kNaN, kInfinity},
      {"squareplus", kNaN, kNaN, kInfinity},
      {"sparse_plus", kNaN, 0, kInfinity},
  };
  for (const auto& test : kCases) {
    const float x[] = {kNaN, -kInfinity, kInfinity};
    const float want[] = {test.nan, test.low, test.high};
    float y[3];
    activation_forward(test.function, 1, 3, x, y);
    for (int i = 0; i < 3; ++i) {
      if (std::isnan(want[i])) EXPECT_TRUE(std::isnan(y[i])) << test.function.name() << "(" << x[i] << ") = " << y[i];
      else EXPECT_FLOAT_EQ(y[i], want[i]) << test.function.name() << "(" << x[i] << ")";
    }
  }
}

TEST_P(ActivationTest, SoftmaxOfExtremes) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const float x[] = {1000, -1000, 5, 999, -kInfinity, 2, 3, 1, -1e9f, -1e9f, 0, -1e9f};
  float y[12];
  activation_forward("softmax", 3, 4, x, y);
  const float want[] = {0.7310586f, 0, 0, 0.2689414f, 0, 0.2447285f, 0.6652409f, 0.0900306f, 0, 0, 1, 0};
  for (int i = 0; i < 12; ++i) EXPECT_NEAR(y[i], want[i], 1e-6) << i;
  for (const float bad : {kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    for (int place = 0; place < 4; ++place) {
      float row[] = {1, 2, 3, 4};
      row[place] = bad;
      for (const char* name : {"softmax", "log_softmax"}) {
        activation_forward(name, 1, 4, row, y);
        for (int i = 0; i < 4; ++i) EXPECT_TRUE(std::isnan(y[i])) << name << bad << " " << place;
      }
    }
  }
}

TEST(Activation, GluNeedsAnEvenAxis) { EXPECT_THROW(activation_output_size("glu", 3), ValueError); }

INSTANTIATE_TEST_SUITE_P(Targets, ActivationTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
