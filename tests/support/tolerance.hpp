// When two tensors count as equal: the rule of tests/python/tolerance.py in C++; change both or neither.
//
// With r the result in double precision, a and b what two established implementations compute in float32, and Euclidean
// norms over all n elements of a tensor:
//
//   allowance(r)   = 8 * 2^-23 * max(||r||, sqrt(n) * 2^-126)          "8 ulp" of a tensor
//   limit(r, a, b) = 4 * max(||a - r||, ||b - r||) + allowance(r)
//   pass           : ||ours - r|| <= limit
//
// Positions that are not finite take no part in the norms; there, `ours` must be of the same class (NaN, +inf, -inf) as
// r.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace wavetrain::tests {

inline constexpr double kUlps = 8.0;
inline constexpr double kFactor = 4.0;

// Euclidean distance over the positions where both are finite. Spans of equal length.
template <class T, class U>
double distance(std::span<const T> a, std::span<const U> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    if (std::isfinite(difference)) sum += difference * difference;
  }
  return std::sqrt(sum);
}

// 8 ulp of the tensor r.
inline double allowance(std::span<const double> r) {
  double sum = 0.0;
  for (const double value : r) {
    if (std::isfinite(value)) sum += value * value;
  }
  const double tiny = std::sqrt(static_cast<double>(r.size())) * std::numeric_limits<float>::min();
  return kUlps * std::numeric_limits<float>::epsilon() * std::max(std::sqrt(sum), tiny);
}

// How far from r a result may lie when two others gave a and b.
inline double limit(std::span<const double> r, std::span<const float> a, std::span<const float> b) {
  return kFactor * std::max(distance(a, r), distance(b, r)) + allowance(r);
}

// For EXPECT_TRUE: `ours` lies within `allowed` of r, and is NaN or infinite exactly where r is (r counts as infinite
// beyond the range of float32).
template <class T>
testing::AssertionResult within(std::span<const T> ours, std::span<const double> r, double allowed) {
  if (ours.size() != r.size()) {
    return testing::AssertionFailure() << ours.size() << " values, expected " << r.size();
  }
  for (std::size_t i = 0; i < r.size(); ++i) {
    const double mine = static_cast<double>(ours[i]);
    const double truth = static_cast<double>(static_cast<float>(r[i]));
    const bool same = std::isnan(truth) ? std::isnan(mine) : std::isinf(truth) ? mine == truth : std::isfinite(mine);
    if (!same) return testing::AssertionFailure() << mine << " at position " << i << ", expected " << r[i];
  }
  const double found = distance(ours, r);
  if (found <= allowed) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "distance " << found << ", allowed " << allowed;
}

// As above where no other implementation was asked: 8 ulp and nothing more.
template <class T>
testing::AssertionResult within_ulps(std::span<const T> ours, std::span<const double> r) {
  return within(ours, r, allowance(r));
}

}  // namespace wavetrain::tests
