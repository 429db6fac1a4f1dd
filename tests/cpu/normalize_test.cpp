#include "cpu/normalize.hpp"

#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"
#include "reference/normalize.hpp"

namespace wavetrain::cpu {
namespace {

using NormalizeTest = OnEveryTarget;

struct Moments {
  std::vector<float> mean, variance;
  Index count = 0;
};

Moments moments_of(const ChannelLayout& l, Index samples, const std::vector<float>& x, const std::uint8_t* mask) {
  const Index C = l.channels;
  const std::size_t size = static_cast<std::size_t>(samples * C);
  std::vector<float> center(size), sum(size), squares(size);
  std::vector<Index> counts(static_cast<std::size_t>(samples));
  Moments result{std::vector<float>(static_cast<std::size_t>(C)), std::vector<float>(static_cast<std::size_t>(C))};
  for (Index s = 0; s < samples; ++s) {
    const Index count =
        batch_moments(l, x.data() + s * l.size(), mask == nullptr ? nullptr : mask + s * l.values_per_channel(),
                      {center.data() + s * C, sum.data() + s * C, squares.data() + s * C});
    counts[static_cast<std::size_t>(s)] = count;
    result.count += count;
  }
  for (const auto& [first, last] : {std::pair<Index, Index>{0, C / 2}, {C / 2, C}}) {
    combine_moments(samples, C, first, last, counts.data(), mask != nullptr,
                    {center.data(), sum.data(), squares.data()}, result.mean.data(), result.variance.data());
  }
  return result;
}

TEST_P(NormalizeTest, AgreesWithTheReferenceForRandomShapes) {
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const bool last_axis = round % 2 == 0;
    const ChannelLayout l{random_index(1, last_axis ? 300 : 4, random), random_index(1, 40, random),
                          last_axis ? 1 : random_index(2, 60, random)};
    const Index samples = random_index(1, 4, random), C = l.channels, N = samples * l.outer;
    std::vector<float> x = random_values(samples * l.size(), random);
    for (float& value : x) value = value * 2 + 3;
    const std::vector<float> dy = random_values(samples * l.size(), random), gamma = random_values(C, random),
                             beta = random_values(C, random);
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(N * l.inner));
    for (auto& kept : mask) kept = random_index(0, 2, random) > 0 ? 1 : 0;
    mask[0] = 1;
    const std::uint8_t* m = round % 3 == 0 ? mask.data() : nullptr;

    const std::size_t channels = static_cast<std::size_t>(C);
    std::vector<double> mean(channels), variance(channels), y_want(x.size()), dx_want(x.size(), 0.0),
        dgamma_want(channels, 0.0), dbeta_want(channels, 0.0);
    reference::batch_moments(mean.data(), variance.data(), in_double(x).data(), m, N, C, l.inner);
    reference::batch_norm_forward(y_want.data(), in_double(x).data(), mean.data(), variance.data(),
                                  in_double(gamma).data(), in_double(beta).data(), 1e-3, N, C, l.inner);
    reference::batch_norm_backward(dx_want.data(), dgamma_want.data(), dbeta_want.data(), in_double(dy).data(),
                                   in_double(x).data(), m, mean.data(), variance.data(), in_double(gamma).data(), 1e-3,
                                   true, N, C, l.inner);

    const Moments got = moments_of(l, samples, x, m);
    expect_near(got.mean, mean, 16, "mean");
    expect_near(got.variance, variance, 16, "variance");
    std::vector<float> inverse(channels), scale(channels), y(x.size()), dx(x.size());
    batch_scale(C, 1e-3f, got.variance.data(), gamma.data(), inverse.data(), scale.data());
    batch_normalize(l, samples, x.data(), got.mean.data(), scale.data(), beta.data(), false, y.data());
    expect_near(y, y_want, 200, "y");

    std::vector<float> sums_dy(channels * static_cast<std::size_t>(samples)), sums_dy_xhat(sums_dy.size()),
        dgamma(channels), dbeta(channels);
    std::vector<float> gradient = dy;
    for (Index s = 0; s < samples; ++s) {
      batch_gradient_sums(l, x.data() + s * l.size(), nullptr, gradient.data() + s * l.size(), got.mean.data(),
                          inverse.data(), sums_dy.data() + s * C, sums_dy_xhat.data() + s * C);
    }
    EXPECT_EQ(gradient, dy);
    combine_gradient_sums(samples, C, 0, C, sums_dy.data(), sums_dy_xhat.data(), dgamma.data(), dbeta.data());
    const Index terms = samples * l.values_per_channel();
    expect_near(dbeta, dbeta_want, terms, "dbeta");
    expect_near(dgamma, dgamma_want, terms + 200, "dgamma");
    batch_normalize_backward(l, samples, static_cast<double>(got.count), x.data(), m, dy.data(), got.mean.data(),
                             inverse.data(), scale.data(), dgamma.data(), dbeta.data(), dx.data());
    // A channel of few equal values has a scale of 1/sqrt(epsilon) = 32.
    expect_near(dx, dx_want, 2000, "dx");
    // With a relu behind it: the same sums as of a gradient that was cleared before.
    std::vector<float> cleared = dy, with_relu(sums_dy.size()), with_relu_xhat(sums_dy.size());
    for (std::size_t i = 0; i < y.size(); ++i) cleared[i] = y[i] > 0.0f ? dy[i] : 0.0f;
    for (Index s = 0; s < samples; ++s) {
      const Index at = s * l.size();
      batch_gradient_sums(l, x.data() + at, nullptr, cleared.data() + at, got.mean.data(), inverse.data(),
                          sums_dy.data() + s * C, sums_dy_xhat.data() + s * C);
      batch_gradient_sums(l, x.data() + at, y.data() + at, gradient.data() + at, got.mean.data(), inverse.data(),
                          with_relu.data() + s * C, with_relu_xhat.data() + s * C);
    }
    EXPECT_EQ(gradient, cleared);
    EXPECT_EQ(with_relu, sums_dy);
    EXPECT_EQ(with_relu_xhat, sums_dy_xhat);
    if (HasFatalFailure())
      FAIL() << "outer=" << l.outer << " C=" << C << " inner=" << l.inner << " mask=" << (m != nullptr);
  }
}

// Values that Keras 3.15.1 gave: epsilon inside the root, biased variance, moving = moving·0.99 + batch·0.01.
TEST_P(NormalizeTest, MovingAveragesAndInference) {
  const std::vector<float> x{1, 2, 3, 4, 5, 6};
  const ChannelLayout l{3, 2, 1};
  const Moments batch = moments_of(l, 1, x, nullptr);
  EXPECT_EQ(batch.mean, (std::vector<float>{3, 4}));
  EXPECT_NEAR(batch.variance[0], 8.0 / 3, 1e-6);
  std::vector<float> moving_mean{0, 0}, moving_variance{1, 1}, inverse(2), scale(2), y(6);
  update_moving(2, 0.99, batch.mean.data(), moving_mean.data());
  update_moving(2, 0.99, batch.variance.data(), moving_variance.data());
  EXPECT_NEAR(moving_mean[1], 0.04, 1e-8);
  EXPECT_NEAR(moving_variance[0], 0.99 + 0.01 * 8 / 3, 1e-7);
  batch_scale(2, 1e-3f, moving_variance.data(), nullptr, inverse.data(), scale.data());
  batch_normalize(l, 1, x.data(), moving_mean.data(), scale.data(), nullptr, false, y.data());
  EXPECT_NEAR(y[0], (1 - 0.03) / std::sqrt(0.99 + 0.08 / 3 + 1e-3), 1e-6);
  std::vector<float> shift(2);
  fold_shift(2, moving_mean.data(), scale.data(), nullptr, shift.data());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(x[i] * scale[i % 2] + shift[i % 2], y[i], 1e-6);
  std::vector<float> dx(6);
  batch_scale_backward(l, 1, x.data(), scale.data(), dx.data());
  for (std::size_t i = 0; i < 6; ++i) EXPECT_FLOAT_EQ(dx[i], x[i] * scale[i % 2]);
}

TEST_P(NormalizeTest, LargeMeanKeepsTheVariance) {
  std::mt19937 random(6);
  std::vector<float> x = random_values(64 * 3, random);
  for (float& value : x) value += 1e4f;
  std::vector<double> mean(3), variance(3);
  reference::batch_moments(mean.data(), variance.data(), in_double(x).data(), nullptr, 64, 3, 1);
  const Moments got = moments_of({16, 3, 1}, 4, x, nullptr);
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(got.variance[c], variance[c], 1e-5 * variance[c]);
}

INSTANTIATE_TEST_SUITE_P(Targets, NormalizeTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
