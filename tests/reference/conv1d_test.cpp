#include "reference/conv1d.hpp"

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "reference/matmul.hpp"

namespace wavetrain::reference {
namespace {

using Values = std::vector<double>;

Values random_values(Index count, std::mt19937& random) {
  std::normal_distribution<double> normal;
  Values values(static_cast<std::size_t>(count));
  for (double& value : values) value = normal(random);
  return values;
}

// || gradient - central differences || / || gradient || of f at `values`.
double gradient_error(Values& values, const Values& gradient, const std::function<double()>& f) {
  double difference = 0, norm = 1e-300;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double before = values[i], h = 1e-5;
    values[i] = before + h;
    const double above = f();
    values[i] = before - h;
    const double below = f();
    values[i] = before;
    difference += std::pow((above - below) / (2 * h) - gradient[i], 2);
    norm += gradient[i] * gradient[i];
  }
  return std::sqrt(difference / norm);
}

double dot(const Values& a, const Values& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST(ReferenceMatmul, GradientsMatchCentralDifferences) {
  std::mt19937 random(1);
  const Index M = 3, C = 4, F = 5;
  Values x = random_values(M * C, random), w = random_values(C * F, random), b = random_values(F, random);
  const Values dy = random_values(M * F, random);
  Values y(dy.size()), dx(x.size()), dw(w.size()), db(b.size());
  matmul_backward(dx.data(), dw.data(), db.data(), dy.data(), x.data(), w.data(), M, C, F);
  const auto loss = [&] {
    matmul_forward(y.data(), x.data(), w.data(), b.data(), M, C, F);
    return dot(y, dy);
  };
  EXPECT_LE(gradient_error(x, dx, loss), 1e-6);
  EXPECT_LE(gradient_error(w, dw, loss), 1e-6);
  EXPECT_LE(gradient_error(b, db, loss), 1e-6);
}

TEST(ReferenceConv1D, KnownValues) {
  // y[o] = x[o] - x[o+2] + 10
  const Values x = {1, 2, 4, 8, 16}, w = {1, 0, -1}, b = {10};
  Values y(3);
  conv1d_forward(y.data(), x.data(), w.data(), b.data(), {.T = 5, .K = 3});
  EXPECT_EQ(y, (Values{7, 4, -2}));
  // The same over a padded input, every second output.
  conv1d_forward(y.data(), x.data(), w.data(), b.data(), {.T = 5, .K = 3, .stride = 2, .pad_left = 1, .pad_right = 1});
  EXPECT_EQ(y, (Values{8, 4, 18}));
}

TEST(ReferenceConv1D, OutputLength) {
  EXPECT_EQ((Conv1DShape{.T = 100, .K = 3}.output_length()), 98);
  EXPECT_EQ((Conv1DShape{.T = 100, .K = 3, .stride = 2}.output_length()), 49);
  EXPECT_EQ((Conv1DShape{.T = 100, .K = 3, .dilation = 4, .pad_left = 8}.output_length()), 100);
  EXPECT_EQ((Conv1DShape{.T = 2, .K = 3}.output_length()), 0);
  EXPECT_EQ((Conv1DShape{.T = 2, .K = 3, .pad_left = 1}.output_length()), 1);
}

TEST(ReferenceConv1D, GradientsMatchCentralDifferences) {
  std::mt19937 random(2);
  const Conv1DShape shapes[] = {
      {.T = 9, .C = 2, .F = 3, .K = 3},
      {.T = 9, .C = 2, .F = 3, .K = 3, .stride = 2, .pad_left = 1, .pad_right = 1},
      {.T = 9, .C = 2, .F = 3, .K = 3, .dilation = 2, .pad_left = 4},
      {.T = 9, .C = 4, .F = 6, .K = 2, .stride = 3, .dilation = 2, .groups = 2},
      {.T = 7, .C = 3, .F = 6, .K = 3, .groups = 3, .pad_right = 2},
      {.T = 2, .C = 2, .F = 2, .K = 5, .pad_left = 2, .pad_right = 2},
  };
  for (const Conv1DShape& s : shapes) {
    Values x = random_values(s.T * s.C, random), w = random_values(s.weights(), random), b = random_values(s.F, random);
    const Values dy = random_values(s.output_length() * s.F, random);
    Values y(dy.size()), dx(x.size()), dw(w.size()), db(b.size());
    conv1d_backward(dx.data(), dw.data(), db.data(), dy.data(), x.data(), w.data(), s);
    const auto loss = [&] {
      conv1d_forward(y.data(), x.data(), w.data(), b.data(), s);
      return dot(y, dy);
    };
    EXPECT_LE(gradient_error(x, dx, loss), 1e-6);
    EXPECT_LE(gradient_error(w, dw, loss), 1e-6);
    EXPECT_LE(gradient_error(b, db, loss), 1e-6);
  }
}

}  // namespace
}  // namespace wavetrain::reference
