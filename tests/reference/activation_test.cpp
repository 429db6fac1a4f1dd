#include "reference/activation.hpp"

#include <gtest/gtest.h>

#include "reference/gradient_testing.hpp"

namespace wavetrain::reference {
namespace {

std::vector<Activation> all_activations() {
  std::vector<Activation> all{Activation::relu(0.1f, 2.0f, 0.5f),
                              Activation::relu(0.0f, 3.0f),
                              Activation::relu(0.25f, 3.0f),
                              Activation::relu(0.0f, 3.0f, -1.0f),
                              Activation::relu(-0.5f),
                              Activation::leaky_relu(0.3f),
                              Activation::leaky_relu(-0.25f),
                              Activation::elu(0.5f),
                              Activation::elu(-2.0f),
                              Activation::celu(0.5f),
                              Activation::celu(-1.0f),
                              Activation::threshold(0.5f, -0.25f),
                              Activation::soft_shrink(1.0f),
                              Activation::hard_shrink(1.5f),
                              Activation::gelu(true),
                              Activation::squareplus(1.0f)};
  for (const std::string& name : Activation::names()) {
    if (name != "threshold") all.push_back(name);
  }
  return all;
}

class ActivationReference : public ::testing::TestWithParam<Activation> {};

TEST_P(ActivationReference, GradientIsTheDerivative) {
  const Activation& function = GetParam();
  const struct { Index outer, size, inner; } kShapes[] = {{1, 64, 1}, {3, 8, 1}, {2, 6, 3}};
  for (const auto& shape : kShapes) {
    const Index outer = shape.outer, size = shape.size, inner = shape.inner;
    const std::size_t n = static_cast<std::size_t>(outer * size * inner);
    const std::size_t n_out = function.kind() == ActivationKind::glu ? n / 2 : n;
    const std::vector<double> x = test_values(n, 4), dy = test_values(n_out, 1, 1);
    std::vector<double> dx(n, 0.0);
    activation_backward(dx.data(), dy.data(), x.data(), function, outer, size, inner);
    const auto loss = [&](const std::vector<double>& at) {
      std::vector<double> y(n_out);
      activation_forward(y.data(), at.data(), function, outer, size, inner);
      return dot(y, dy);
    };
    expect_gradient(loss, x, dx);
  }
}

INSTANTIATE_TEST_SUITE_P(All, ActivationReference, ::testing::ValuesIn(all_activations()), [](const auto& instance) {
  return instance.param.name() + "_" + std::to_string(instance.index);
});

// Values and derivatives that Keras 3.15.1 gave on TensorFlow, at the kinks and between them.
TEST(ActivationReference, AgreesWithKeras) {
  const struct {
    Activation function;
    double x, y, dx;
  } kCases[] = {
      {"relu", 0, 0, 0},
      {"relu", -1, 0, 0},
      {"relu", 2, 2, 1},
      {"relu6", 6, 6, 0},
      {"relu6", 7, 6, 0},
      {"relu6", 5.5, 5.5, 1},
      {Activation::relu(0, 2), 2, 2, 1},
      {Activation::relu(0, 2), 2.5, 2, 0},
      {Activation::relu(0.1f, 2, 0.5f), -1, -0.15, 0.1},
      {Activation::relu(0.1f, 2, 0.5f), 0.5, 0, 0},
      {Activation::relu(0.1f, 2, 0.5f), 1, 1, 1},
      {Activation::relu(0.1f, 2), 0, 0, 0},
      {Activation::relu(0.1f, 2), -3, -0.3, 0.1},
      {Activation::relu(0, std::numeric_limits<float>::infinity(), 0.5f), 0.5, 0, 0},
      {"leaky_relu", 0, 0, 0.2},
      {"leaky_relu", -3, -0.6, 0.2},
      {"elu", -1, -0.6321205, 0.3678794},
      {"elu", 0, 0, 1},
      {Activation::elu(0.5f), 0, 0, 0.5},
      {"selu", -1, -1.1113307, 0.6467686},
      {"selu", 0, 0, 1.0507010},
      {"selu", 2, 2.1014020, 1.0507010},
      {"celu", 0, 0, 1},
      {Activation::celu(0.5f), -1, -0.4323323, 0.1353353},
      {"softplus", -1, 0.3132617, 0.2689414},
      {"softsign", -3, -0.75, 0.0625},
      {"sigmoid", 2, 0.8807971, 0.1049936},
      {"hard_sigmoid", -3, 0, 0},
      {"hard_sigmoid", 3, 1, 0},
      {"hard_sigmoid", -2.5, 0.0833333, 0.1666667},
      {"keras2_hard_sigmoid", -2.5, 0, 0},
      {"keras2_hard_sigmoid", 1, 0.7, 0.2},
      {"log_sigmoid", -3, -3.0485871, 0.9525741},
      {"sparse_sigmoid", -1, 0, 0},
      {"sparse_sigmoid", 0.5, 0.75, 0.5},
      {"tanh", 0.5, 0.4621172, 0.7864477},
      {"hard_tanh", 1, 1, 1},
      {"hard_tanh", -1, -1, 1},
      {"hard_tanh", 2, 1, 0},
      {"tanh_shrink", 1, 0.2384058, 0.5800257},
      {"soft_shrink", 0.5, 0, 0},
      {"soft_shrink", -1, -0.5, 1},
      {"hard_shrink", -0.5, 0, 0},
      {"hard_shrink", 1, 1, 1},
      {Activation::threshold(0.5f, -0.25f), 0.5, -0.25, 0},
      {"exponential", 2, 7.3890562, 7.3890562},
      {"gelu", -1, -0.1586553, -0.0833155},
      {"gelu", 2, 1.9544997, 1.0852318},
      {Activation::gelu(true), -1, -0.1588080, -0.0829641},
      {"silu", -1, -0.2689414, 0.0723295},
      {"hard_silu", -1, -0.3333333, 0.1666667},
      {"hard_silu", -3, 0, 0},
      {"hard_silu", 3, 3, 1},
      {"mish", -1, -0.3034015, 0.0592168},
      {"mish", 2, 1.9439590, 1.0693179},
      {"squareplus", -1, 0.6180340, 0.2763932},
      {"sparse_plus", -0.5, 0.0625, 0.25},
      {"sparse_plus", 1, 1, 1},
      {"sparse_plus", -1, 0, 0},
  };
  for (const auto& [function, x, y, dx] : kCases) {
    EXPECT_NEAR(activation(function, x), y, 4e-7) << function.name() << "(" << x << ")";
    EXPECT_NEAR(activation_gradient(function, x), dx, 2e-7) << function.name() << "'(" << x << ")";
  }
}

// Keras 3.15.1 on TensorFlow, including its sparsemax of equal values, which is not the paper's.
TEST(ActivationReference, SparsemaxIsKerasOwn) {
  const double x[] = {1, 2, 3, -1, 1000, -1000, 5, 999, 0.5, 0.5, 0.5, 0.5, 1, 1, 0, 0, 0.3, 0.1, 0.2, 0};
  const double dy[] = {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4};
  const double y[] = {0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const double gradient[] = {0, 2, -2, 0, -4, 0, 0, 4, 0, 0, 0, 0, -2, 0.5, 0, 0};
  double got[20], dx[20] = {};
  activation_forward(got, x, "sparsemax", 5, 4, 1);
  activation_backward(dx, dy, x, "sparsemax", 5, 4, 1);
  for (int i = 0; i < 16; ++i) {
    EXPECT_NEAR(got[i], y[i], 1e-12) << i;
    EXPECT_NEAR(dx[i], gradient[i], 1e-12) << i;
  }
}

}  // namespace
}  // namespace wavetrain::reference
