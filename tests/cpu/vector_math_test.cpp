// Accuracy of cpu/vector_math-inl.h against the C library in double precision, on every target.
//
// The sweep takes every 1009th float. WAVETRAIN_TEST_STRIDE=1 takes all 2^32 of them (an hour or so).
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/vector_math_test.cpp"
#include "cpu/highway.hpp"
#include "hwy/foreach_target.h"
// After foreach_target.h
#include "cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace wavetrain::cpu::HWY_NAMESPACE {

// `count` is a multiple of every vector length.
template <class Function>
void apply(const float* x, float* y, std::size_t count, Function function) {
  const hn::ScalableTag<float> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) hn::StoreU(function(d, hn::LoadU(d, x + i)), d, y + i);
}

#define WAVETRAIN_APPLY(name)                                               \
  void apply_##name(const float* x, float* y, std::size_t count) {          \
    apply(x, y, count, [](auto d, auto v) HWY_ATTR { return name(d, v); }); \
  }
WAVETRAIN_APPLY(exp)
WAVETRAIN_APPLY(exp_nonpositive)
WAVETRAIN_APPLY(expm1)
WAVETRAIN_APPLY(log)
WAVETRAIN_APPLY(log1p)
WAVETRAIN_APPLY(sigmoid)
WAVETRAIN_APPLY(tanh)
WAVETRAIN_APPLY(softplus)
WAVETRAIN_APPLY(erf)

}  // namespace wavetrain::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "wavetrain/target.hpp"

namespace wavetrain::cpu {
namespace {

template <class Body>
void for_each_target(Body body) {
  for (const std::string& name : supported_targets()) {
    SCOPED_TRACE(name);
    set_target(name);
    body();
  }
  set_target("");
}

using Apply = void (*)(const float*, float*, std::size_t);

#define WAVETRAIN_FUNCTION(name)  \
  WAVETRAIN_EXPORT(apply_##name); \
  void name##s(const float* x, float* y, std::size_t count) { WAVETRAIN_DISPATCH(apply_##name)(x, y, count); }
WAVETRAIN_FUNCTION(exp)
WAVETRAIN_FUNCTION(exp_nonpositive)
WAVETRAIN_FUNCTION(expm1)
WAVETRAIN_FUNCTION(log)
WAVETRAIN_FUNCTION(log1p)
WAVETRAIN_FUNCTION(sigmoid)
WAVETRAIN_FUNCTION(tanh)
WAVETRAIN_FUNCTION(softplus)
WAVETRAIN_FUNCTION(erf)

constexpr double kSmallestNormal = std::numeric_limits<float>::min();
constexpr double kLargest = std::numeric_limits<float>::max();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Case {
  const char* name;
  Apply function;
  double (*exact)(double);
  double max_ulp;
  double low = -kInfinity;  // arguments swept
  double high = kInfinity;
};

const Case kCases[] = {
    {"exp", exps, std::exp, 1.5},
    {"exp_nonpositive", exp_nonpositives, std::exp, 1.5, -kInfinity, 0},
    {"expm1", expm1s, std::expm1, 2},
    {"log", logs, std::log, 1.5, kSmallestNormal, kInfinity},
    {"log1p", log1ps, std::log1p, 2, -1, kInfinity},
    {"sigmoid", sigmoids, [](double x) { return 1 / (1 + std::exp(-x)); }, 3},
    {"tanh", tanhs, std::tanh, 3},
    {"softplus", softpluss, [](double x) { return x > 40    ? x
                                                  : x < -40 ? std::exp(x)
                                                            : std::log1p(std::exp(x)); }, 3},
    {"erf", erfs, std::erf, 1.5},
};

float from_bits(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// |y - exact| in units of the last place of the float nearest to exact. Below the smallest normal number anything up to
// that number is right.
double ulps(float y, double exact) {
  if (std::isnan(exact) || std::isnan(y)) return std::isnan(exact) && std::isnan(y) ? 0 : kInfinity;
  if (std::abs(exact) < kSmallestNormal) {
    return std::abs(y) <= kSmallestNormal && (y == 0 || (y > 0) == (exact > 0)) ? 0 : kInfinity;
  }
  const double rounded = static_cast<double>(static_cast<float>(exact));
  if (std::isinf(rounded) || std::isinf(y)) {
    if (static_cast<double>(y) == rounded) return 0;
    if (std::abs(exact) > 2 * kLargest || std::isnan(y)) return kInfinity;
  }
  const double unit = std::ldexp(1.0, std::max(std::ilogb(exact), -126) - 23);
  return std::abs((std::isinf(y) ? std::copysign(std::ldexp(1.0, 128), y) : static_cast<double>(y)) - exact) / unit;
}

class VectorMath : public ::testing::TestWithParam<Case> {};

TEST_P(VectorMath, StaysWithinItsStatedUlps) {
  const Case& test = GetParam();
  const char* text = std::getenv("WAVETRAIN_TEST_STRIDE");
  const std::uint64_t stride = text == nullptr ? 1009 : std::stoull(text);
  constexpr std::size_t kBlock = 4096;
  std::vector<float> x(kBlock), y(kBlock);
  std::vector<double> exact(kBlock);
  double worst = 0;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32);) {
    for (std::size_t i = 0; i < kBlock; ++i, bits += stride) {
      x[i] = from_bits(static_cast<std::uint32_t>(bits));
      if (x[i] < test.low || x[i] > test.high) x[i] = 1;
      if (test.high <= 0 && x[i] > 0) x[i] = -1;
      exact[i] = test.exact(static_cast<double>(x[i]));
    }
    for_each_target([&] {
      test.function(x.data(), y.data(), kBlock);
      for (std::size_t i = 0; i < kBlock; ++i) {
        const double error = ulps(y[i], exact[i]);
        worst = std::max(worst, error);
        ASSERT_LE(error, test.max_ulp) << test.name << "(" << x[i] << ") = " << y[i] << ", exactly " << exact[i];
      }
    });
    if (HasFatalFailure()) break;
  }
  RecordProperty("max_ulp", std::to_string(worst));
  std::printf("%-16s %.3f ulp\n", test.name, worst);
}

TEST_P(VectorMath, KeepsNaNWhateverItsPayload) {
  for_each_target([&] {
    for (const std::uint32_t bits : {0x7FC00000u, 0xFFC00000u, 0x7FFFFFFFu, 0x7FC00055u, 0xFFC0017Fu, 0x7FA000FFu}) {
      std::vector<float> x(64, from_bits(bits)), y(64, 0.0f);
      GetParam().function(x.data(), y.data(), x.size());
      for (const float value : y) ASSERT_TRUE(std::isnan(value)) << std::hex << bits;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(All, VectorMath, ::testing::ValuesIn(kCases),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(VectorMath, HasExactLimits) {
  const struct {
    Apply function;
    float x, y;
  } kLimits[] = {
      {exps, 0, 1},
      {exps, -0.0f, 1},
      {exps, kInfinity, kInfinity},
      {exps, -kInfinity, 0},
      {exps, 88.7228317f, from_bits(0x7F7FFF84)},
      {exps, 88.72284f, kInfinity},
      {exps, -87.5f, 0},
      {exp_nonpositives, -kInfinity, 0},
      {exp_nonpositives, -1e9f, 0},
      {exp_nonpositives, 0, 1},
      {expm1s, 0, 0},
      {expm1s, -0.0f, -0.0f},
      {expm1s, kInfinity, kInfinity},
      {expm1s, -kInfinity, -1},
      {logs, 1, 0},
      {logs, 0, -kInfinity},
      {logs, -0.0f, -kInfinity},
      {logs, 1e-40f, -kInfinity},
      {logs, kInfinity, kInfinity},
      {logs, -1, NAN},
      {logs, -kInfinity, NAN},
      {log1ps, 0, 0},
      {log1ps, -0.0f, -0.0f},
      {log1ps, -1, -kInfinity},
      {log1ps, kInfinity, kInfinity},
      {log1ps, -1.5f, NAN},
      {log1ps, -kInfinity, NAN},
      {sigmoids, 0, 0.5f},
      {sigmoids, kInfinity, 1},
      {sigmoids, -kInfinity, 0},
      {sigmoids, -100, 0},
      {tanhs, 0, 0},
      {tanhs, -0.0f, -0.0f},
      {tanhs, kInfinity, 1},
      {tanhs, -kInfinity, -1},
      {softpluss, kInfinity, kInfinity},
      {softpluss, -kInfinity, 0},
      {softpluss, 1000, 1000},
      {erfs, 0, 0},
      {erfs, -0.0f, -0.0f},
      {erfs, kInfinity, 1},
      {erfs, -kInfinity, -1},
      {erfs, 5, 1},
  };
  for_each_target([&] {
    for (const auto& limit : kLimits) {
      std::vector<float> x(64, limit.x), y(64, 7.0f);
      limit.function(x.data(), y.data(), x.size());
      if (std::isnan(limit.y)) {
        EXPECT_TRUE(std::isnan(y[0])) << limit.x << " gives " << y[0];
      } else {
        EXPECT_EQ(y[0], limit.y) << "at " << limit.x;
        EXPECT_EQ(std::signbit(y[0]), std::signbit(limit.y)) << "at " << limit.x;
      }
    }
  });
}

TEST(VectorMath, OddFunctionsAreOddToTheBit) {
  for_each_target([] {
    for (const Apply function : {tanhs, erfs}) {
      std::vector<float> x(4096), minus_x(4096), y(4096), minus_y(4096);
      for (std::size_t i = 0; i < x.size(); ++i) minus_x[i] = -(x[i] = 0.003f * static_cast<float>(i));
      function(x.data(), y.data(), x.size());
      function(minus_x.data(), minus_y.data(), x.size());
      for (std::size_t i = 0; i < x.size(); ++i) ASSERT_EQ(y[i], -minus_y[i]) << x[i];
    }
  });
}

}  // namespace
}  // namespace wavetrain::cpu

#endif  // HWY_ONCE
