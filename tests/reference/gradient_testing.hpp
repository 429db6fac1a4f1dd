// Gradients against central differences in double precision.
#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace wavetrain::reference {

// Requires ‖g - n‖ <= tolerance·max(‖n‖, 1e-3) for the gradient g of f at x and the central differences n.
inline void expect_gradient(const std::function<double(const std::vector<double>&)>& f, std::vector<double> x,
                            const std::vector<double>& gradient, double tolerance = 1e-6) {
  ASSERT_EQ(x.size(), gradient.size());
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x[i], step = 1e-5 * std::max(1.0, std::abs(value));
    x[i] = value + step;
    const double above = f(x);
    x[i] = value - step;
    const double below = f(x);
    x[i] = value;
    const double numeric = (above - below) / (2 * step);
    error += (gradient[i] - numeric) * (gradient[i] - numeric);
    norm += numeric * numeric;
  }
  EXPECT_LE(std::sqrt(error), tolerance * std::max(std::sqrt(norm), 1e-3));
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// count values in (-scale, scale), the same for the same salt, at least 0.004·scale away from every multiple of
// scale/8, so that the kinks of piecewise functions lie outside a difference quotient.
inline std::vector<double> test_values(std::size_t count, double scale, int salt = 0) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    double u = std::fmod(0.6180339887498949 * static_cast<double>(i + 1) + 0.317 * salt, 1.0) * 2 - 1;
    const double cell = std::round(u * 8);
    if (std::abs(u * 8 - cell) < 0.032) u = (cell + 0.05) / 8;
    values[i] = u * scale;
  }
  return values;
}

}  // namespace wavetrain::reference
