// What the kernel tests share: random numbers, comparison with a result in double precision, and a loop over targets.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "wavetrain/shape.hpp"
#include "wavetrain/target.hpp"

namespace wavetrain::cpu {

inline std::vector<float> random_values(Index count, std::mt19937& random) {
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = uniform(random);
  return values;
}

inline Index random_index(Index low, Index high, std::mt19937& random) {
  return std::uniform_int_distribution<Index>(low, high)(random);
}

inline std::vector<double> in_double(const std::vector<float>& values) { return {values.begin(), values.end()}; }

// |got - want| <= (terms + 8) · epsilon · max(1, |want|) for every element: the bound of a sum of `terms` products
// below 1.
inline void expect_near(const std::vector<float>& got, const std::vector<double>& want, Index terms,
                        const std::string& what) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double bound = static_cast<double>(terms + 8) * 6e-8 * std::max(1.0, std::abs(want[i]));
    ASSERT_LE(std::abs(static_cast<double>(got[i]) - want[i]), bound)
        << what << " element " << i << ": got " << got[i] << ", want " << want[i];
  }
}

// Runs every test of a suite on every target of this machine.
class OnEveryTarget : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { set_target(GetParam()); }
  void TearDown() override { set_target(""); }
};

inline std::string target_of(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace wavetrain::cpu
