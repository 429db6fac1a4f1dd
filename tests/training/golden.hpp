// Expected values written by real Keras (golden/make.py).
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wavetrain {

struct GoldenLoss {
  std::string name;
  std::string data;  // which of the data sets of make.py
  std::vector<double> per_row;
  double reduced;
  double weighted;
  std::vector<double> gradient;  // of `weighted`
};

struct GoldenOptimizer {
  std::string name;
  std::vector<double> weights;         // after the last step
  std::vector<std::string> variables;  // names of the state in file order
  std::vector<double> state;           // its numbers in file order
};

struct GoldenSchedule {
  std::string name;
  std::vector<double> rates;
};

// |actual - expected| <= tolerance · max(1, |expected|)
template <class T>
void expect_close(const T& actual, const std::vector<double>& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(static_cast<std::size_t>(actual.size()), expected.size()) << what;
  std::size_t i = 0;
  for (const double value : actual) {
    EXPECT_NEAR(value, expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << what << " [" << i << "]";
    ++i;
  }
}

}  // namespace wavetrain
