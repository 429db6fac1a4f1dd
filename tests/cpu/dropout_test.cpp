#include "cpu/dropout.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"
#include "wavetrain/random.hpp"

namespace wavetrain::cpu {
namespace {

using DropoutTest = OnEveryTarget;

constexpr RandomKey kKey{.seed = 0x0123456789ABCDEF, .stream = 3, .step = 17};

std::uint32_t word_of(const RandomKey& key, std::uint64_t element) {
  const std::uint64_t block = element / 4;
  return philox({static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), key.stream, key.step},
                {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)})[element % 4];
}

TEST_P(DropoutTest, DrawsPhiloxNumbersFromAnyPlace) {
  for (const Index first : {Index{0}, Index{1}, Index{63}, Index{1000}, (Index{1} << 34) - 5}) {
    for (const Index n : {0, 1, 3, 64, 65, 200}) {
      std::vector<std::uint32_t> words(static_cast<std::size_t>(n));
      random_words(kKey, first, n, words.data());
      for (Index i = 0; i < n; ++i) {
        ASSERT_EQ(words[static_cast<std::size_t>(i)], word_of(kKey, static_cast<std::uint64_t>(first + i)))
            << first << "+" << i;
      }
    }
  }
}

TEST_P(DropoutTest, KeepsWhatItsNumbersSayHoweverItIsSplit) {
  std::mt19937 random(1);
  const Index n = 1000;
  const std::vector<float> x = random_values(n, random);
  for (const double rate : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    std::vector<float> y(x.size()), split(x.size());
    dropout(kKey, rate, 77, n, x.data(), y.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool kept = word_of(kKey, 77 + i) * std::ldexp(1.0, -32) >= rate;
      ASSERT_EQ(y[i], kept ? x[i] * static_cast<float>(1 / (1 - rate)) : 0.0f) << rate << " " << i;
    }
    for (const auto& [from, to] : {std::pair<Index, Index>{0, 13}, {13, 500}, {500, n}}) {
      dropout(kKey, rate, 77 + from, to - from, x.data() + from, split.data() + from);
    }
    EXPECT_EQ(split, y);
  }
}

TEST_P(DropoutTest, DropsTheStatedShare) {
  const Index n = 100000;
  const std::vector<float> x(static_cast<std::size_t>(n), 1.0f);
  std::vector<float> y(x.size());
  dropout(kKey, 0.3, 0, n, x.data(), y.data());
  const double dropped = static_cast<double>(std::count(y.begin(), y.end(), 0.0f)) / static_cast<double>(n);
  EXPECT_NEAR(dropped, 0.3, 5 * std::sqrt(0.3 * 0.7 / static_cast<double>(n)));
}

TEST_P(DropoutTest, SharedNumbers) {
  const Index N = 3, T = 5, C = 20;
  const std::vector<float> x(static_cast<std::size_t>(N * T * C), 1.0f);
  std::vector<float> spatial(x.size()), per_step(x.size()), plain(x.size()), all(x.size());
  dropout_shared(kKey, 0.5, 8, {C, 0, 1}, N, T, C, x.data(), spatial.data());
  dropout_shared(kKey, 0.5, 8, {T, 1, 0}, N, T, C, x.data(), per_step.data());
  dropout_shared(kKey, 0.5, 8, {T * C, C, 1}, N, T, C, x.data(), all.data());
  dropout(kKey, 0.5, 8, N * T * C, x.data(), plain.data());
  EXPECT_EQ(all, plain);
  for (Index n = 0; n < N; ++n) {
    for (Index t = 0; t < T; ++t) {
      for (Index c = 0; c < C; ++c) {
        const std::size_t at = static_cast<std::size_t>((n * T + t) * C + c);
        EXPECT_EQ(spatial[at], plain[static_cast<std::size_t>(n * C + c)]);
        EXPECT_EQ(per_step[at], plain[static_cast<std::size_t>(n * T + t)]);
      }
    }
  }
}

TEST_P(DropoutTest, NormalNumbersAreNormal) {
  const Index n = 200000;
  std::vector<float> values(static_cast<std::size_t>(n)), part(10);
  random_normals(kKey, 5, n, values.data());
  random_normals(kKey, 105, 10, part.data());
  EXPECT_TRUE(std::equal(part.begin(), part.end(), values.begin() + 100));
  double moment[5] = {};
  for (const float value : values) {
    double power = 1;
    for (double& m : moment) m += power / static_cast<double>(n), power *= static_cast<double>(value);
  }
  EXPECT_NEAR(moment[1], 0, 0.01);
  EXPECT_NEAR(moment[2], 1, 0.015);
  EXPECT_NEAR(moment[3], 0, 0.04);
  EXPECT_NEAR(moment[4], 3, 0.12);
  // Each number is the quantile of its bits: compare with the distribution function.
  for (std::size_t i = 0; i < 2000; ++i) {
    const double u = ((word_of(kKey, 5 + i) >> 8) + 0.5) / 16777216.0;
    EXPECT_NEAR(0.5 * std::erfc(-static_cast<double>(values[i]) / std::sqrt(2.0)), u, 1e-6);
  }
}

TEST_P(DropoutTest, GaussianNoise) {
  std::mt19937 random(2);
  const std::vector<float> x = random_values(100, random);
  std::vector<float> normal(100), added(100), multiplied(100);
  random_normals(kKey, 9, 100, normal.data());
  gaussian_noise(kKey, 0.5f, 9, 100, x.data(), added.data());
  gaussian_dropout(kKey, 0.5f, 9, 100, x.data(), multiplied.data());
  for (std::size_t i = 0; i < 100; ++i) {
    EXPECT_NEAR(added[i], x[i] + 0.5f * normal[i], 4e-7);
    EXPECT_NEAR(multiplied[i], x[i] * (1 + 0.5f * normal[i]), 4e-7);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, DropoutTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
