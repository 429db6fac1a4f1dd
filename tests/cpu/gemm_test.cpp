#include "cpu/gemm.hpp"

#include <array>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"
#include "cpu/normalize.hpp"
#include "reference/matmul.hpp"

namespace wavetrain::cpu {
namespace {

using GemmTest = OnEveryTarget;

// A Gemm with its matrices: A may overlap, C has a margin that must stay untouched.
struct Case {
  Index M, N, taps, width, row_stride, tap_stride, c_margin;
  bool packed, with_bias, relu, accumulate;
  bool eight_chains = false;

  Index k() const { return taps * width; }
  std::string text() const {
    return fmt::format("M={} N={} taps={} width={} row_stride={} tap_stride={} packed={} bias={} relu={} accumulate={}",
                       M, N, taps, width, row_stride, tap_stride, packed, with_bias, relu, accumulate);
  }
};

struct Data {
  std::vector<float> a, b, bias, c;
};

Data make_data(const Case& c, std::mt19937& random) {
  const Index a_size = c.M == 0 || c.k() == 0 ? 0 : (c.M - 1) * c.row_stride + (c.taps - 1) * c.tap_stride + c.width;
  return {random_values(a_size, random), random_values(c.k() * c.N, random), random_values(c.N, random),
          random_values(c.M * (c.N + c.c_margin), random)};
}

// Rows [first, last) of the case, over a copy of the data's C.
std::vector<float> run(const Case& c, const Data& data, const std::vector<std::pair<Index, Index>>& row_ranges) {
  std::vector<float> packed(static_cast<std::size_t>(packed_floats(c.k(), c.N)),
                            std::numeric_limits<float>::quiet_NaN());
  pack_b(c.k(), c.N, data.b.data(), c.N, packed.data());
  std::vector<float> result = data.c;
  for (const auto& [first, last] : row_ranges) {
    gemm({.M = last - first,
          .N = c.N,
          .a = {data.a.data() + first * c.row_stride, c.row_stride, c.width, c.taps, c.tap_stride},
          .b = c.packed ? packed.data() : data.b.data(),
          .ldb = c.N,
          .packed = c.packed,
          .c = result.data() + first * (c.N + c.c_margin),
          .ldc = c.N + c.c_margin,
          .bias = c.with_bias ? data.bias.data() : nullptr,
          .activation = c.relu ? Activation::relu : Activation::linear,
          .accumulate = c.accumulate,
          .eight_chains = c.eight_chains});
  }
  return result;
}

std::vector<double> expected(const Case& c, const Data& data) {
  std::vector<double> x(static_cast<std::size_t>(c.M * c.k())), y(static_cast<std::size_t>(c.M * c.N));
  for (Index m = 0; m < c.M; ++m) {
    for (Index k = 0; k < c.k(); ++k) {
      const Index from = m * c.row_stride + k / c.width * c.tap_stride + k % c.width;
      x[static_cast<std::size_t>(m * c.k() + k)] = data.a[static_cast<std::size_t>(from)];
    }
  }
  const std::vector<double> w = in_double(data.b), b = in_double(data.bias);
  reference::matmul_forward<double>(y.data(), x.data(), w.data(), c.with_bias ? b.data() : nullptr, c.M, c.k(), c.N);
  std::vector<double> result = in_double(data.c);
  for (Index m = 0; m < c.M; ++m) {
    for (Index n = 0; n < c.N; ++n) {
      double& out = result[static_cast<std::size_t>(m * (c.N + c.c_margin) + n)];
      double value = y[static_cast<std::size_t>(m * c.N + n)];
      if (c.accumulate) value += out;
      out = c.relu && value < 0 ? 0 : value;
    }
  }
  return result;
}

Case random_case(std::mt19937& random) {
  Case c{};
  const Index sizes[] = {1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 15, 16, 17, 24, 25, 31, 32, 33, 48, 63, 64, 65, 100};
  const auto size = [&] { return sizes[random_index(0, std::size(sizes) - 1, random)]; };
  c.M = size();
  c.N = random_index(0, 9, random) == 0 ? 300 : size();
  c.taps = random_index(0, 2, random) == 0 ? random_index(2, 7, random) : 1;
  c.width = random_index(0, 9, random) == 0 ? random_index(300, 900, random) : random_index(1, 40, random);
  if (random_index(0, 9, random) == 0) c.taps = 51, c.width = random_index(1, 30, random);
  c.row_stride = random_index(1, c.width + 3, random);
  c.tap_stride = random_index(0, 2, random) == 0 ? c.width : random_index(1, 3 * c.width, random);
  c.c_margin = random_index(0, 5, random);
  c.packed = random_index(0, 1, random) == 1;
  c.with_bias = random_index(0, 1, random) == 1;
  c.relu = random_index(0, 1, random) == 1;
  c.accumulate = random_index(0, 3, random) == 0;
  return c;
}

TEST_P(GemmTest, MatchesDoublePrecision) {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    const Case c = random_case(random);
    const Data data = make_data(c, random);
    expect_near(run(c, data, {{0, c.M}}), expected(c, data), c.k(), c.text());
    if (HasFatalFailure()) return;
  }
}

TEST_P(GemmTest, EmptyAxes) {
  std::mt19937 random(2);
  for (const auto& [M, N, K] : {std::array<Index, 3>{0, 5, 3}, {5, 0, 3}, {5, 40, 0}}) {
    Case c{};
    c.M = M, c.N = N, c.taps = 1, c.width = K, c.row_stride = K, c.with_bias = true;
    const Data data = make_data(c, random);
    const std::vector<float> got = run(c, data, {{0, c.M}});
    for (Index i = 0; i < M * N; ++i)
      EXPECT_EQ(got[static_cast<std::size_t>(i)], data.bias[static_cast<std::size_t>(i % N)]);
  }
}

// The contract: equal bits however rows are split, packed or not, and K cut through `accumulate`.
TEST_P(GemmTest, BitsDoNotDependOnSplittingOrPacking) {
  std::mt19937 random(3);
  for (int i = 0; i < 150; ++i) {
    Case c = random_case(random);
    c.accumulate = false;
    const Data data = make_data(c, random);
    const std::vector<float> whole = run(c, data, {{0, c.M}});
    std::vector<std::pair<Index, Index>> parts;
    for (Index first = 0; first < c.M;) {
      const Index last = std::min(c.M, first + random_index(1, 14, random));
      parts.emplace_back(first, last);
      first = last;
    }
    const std::vector<float> split = run(c, data, parts);
    ASSERT_EQ(std::memcmp(whole.data(), split.data(), whole.size() * sizeof(float)), 0) << c.text();
    c.packed = !c.packed;
    const std::vector<float> other = run(c, data, {{0, c.M}});
    ASSERT_EQ(std::memcmp(whole.data(), other.data(), whole.size() * sizeof(float)), 0) << c.text();
  }
}

// Few columns go another way (gemm_narrow-inl.h), with the bits of single rows, which do not.
TEST_P(GemmTest, FewColumns) {
  std::mt19937 random(5);
  for (int i = 0; i < 200; ++i) {
    Case c = random_case(random);
    c.M = random_index(1, 300, random);
    c.N = random_index(1, 9, random);
    c.eight_chains = c.N == 1 && random_index(0, 3, random) > 0;
    c.row_stride = random_index(0, 1, random) * random_index(0, 5, random) + c.width;
    if (random_index(0, 1, random) == 0) c.tap_stride = c.row_stride * random_index(1, 4, random);
    const Data data = make_data(c, random);
    const std::vector<float> whole = run(c, data, {{0, c.M}});
    expect_near(whole, expected(c, data), c.k(), c.text());
    if (HasFatalFailure()) return;
    std::vector<std::pair<Index, Index>> rows;
    for (Index row = 0; row < c.M; ++row) rows.emplace_back(row, row + 1);
    const std::vector<float> split = run(c, data, rows);
    ASSERT_EQ(std::memcmp(whole.data(), split.data(), whole.size() * sizeof(float)), 0) << c.text();
  }
}

// Scalar products of every form: alone and among others, packed or not, with runs that join up and that do not.
TEST_P(GemmTest, OneColumnInEightChains) {
  std::mt19937 random(9);
  const bool fused = GetParam() != "sse4" && GetParam() != "scalar";
  for (int i = 0; i < 300; ++i) {
    Case c = random_case(random);
    c.M = random_index(1, 80, random);
    c.N = 1;
    c.eight_chains = true;
    const Data data = make_data(c, random);
    const std::vector<float> whole = run(c, data, {{0, c.M}});
    for (Index m = 0; m < c.M; ++m) {
      const auto place = static_cast<std::size_t>(m * (1 + c.c_margin));
      float chain[8] = {c.accumulate ? data.c[place] : 0.0f};
      for (Index k = 0; k < c.k(); ++k) {
        const float a = data.a[static_cast<std::size_t>(m * c.row_stride + k / c.width * c.tap_stride + k % c.width)];
        const float b = data.b[static_cast<std::size_t>(k)];
        float& sum = chain[k % 8];
        sum = fused ? std::fma(a, b, sum) : a * b + sum;
      }
      float want = ((chain[0] + chain[4]) + (chain[2] + chain[6])) + ((chain[1] + chain[5]) + (chain[3] + chain[7]));
      if (c.with_bias) want += data.bias[0];
      if (c.relu) want = std::max(want, 0.0f);
      ASSERT_EQ(whole[place], want) << c.text() << " m=" << m;
    }
  }
}

TEST_P(GemmTest, Normalization) {
  std::mt19937 random(6);
  for (const Index N : {1, 3, 16, 37, 70}) {
    for (const bool relu : {false, true}) {
      const Index M = 40, K = 33;
      const std::vector<float> a = random_values(M * K, random), b = random_values(K * N, random);
      const std::vector<float> bias = random_values(N, random), mean = random_values(N, random);
      const std::vector<float> scale = random_values(N, random), shift = random_values(N, random);
      std::vector<float> plain(static_cast<std::size_t>(M * N)), want(plain), got(plain);
      Gemm g{.M = M, .N = N, .a = {a.data(), K, K}, .b = b.data(), .ldb = N, .c = plain.data(), .ldc = N};
      g.bias = bias.data();
      g.activation = relu ? Activation::relu : Activation::linear;
      gemm(g);
      batch_normalize({M, N, 1}, 1, plain.data(), mean.data(), scale.data(), shift.data(), !relu, want.data());
      g.c = got.data();
      g.norm = {mean.data(), scale.data(), shift.data(), relu ? Activation::linear : Activation::relu};
      gemm(g);
      EXPECT_EQ(std::memcmp(got.data(), want.data(), got.size() * sizeof(float)), 0) << "N=" << N << " relu=" << relu;
    }
  }
}

// Several samples in one call, small products and such as are cut into blocks, with a gate: the bits of a call for each,
// and 0 where the gate is not above 0.
TEST_P(GemmTest, SamplesAndGate) {
  std::mt19937 random(8);
  for (int i = 0; i < 200; ++i) {
    Case c = random_case(random);
    c.with_bias = c.relu = c.accumulate = false;
    const Index samples = random_index(1, 4, random), ldc = c.N + c.c_margin;
    const Index a_sample = (c.M - 1) * c.row_stride + (c.taps - 1) * c.tap_stride + c.width + 3,
                c_sample = c.M * ldc + 5;
    std::vector<float> packed(static_cast<std::size_t>(packed_floats(c.k(), c.N)));
    const std::vector<float> a = random_values(samples * a_sample, random), b = random_values(c.k() * c.N, random);
    const std::vector<float> before = random_values(samples * c_sample, random);
    std::vector<float> gate = random_values(samples * c_sample, random), got = before, want = before;
    gate[0] = std::numeric_limits<float>::quiet_NaN(), gate[1] = 0.0f;
    pack_b(c.k(), c.N, b.data(), c.N, packed.data());
    Gemm g{.M = c.M,
           .N = c.N,
           .a = {a.data(), c.row_stride, c.width, c.taps, c.tap_stride},
           .b = c.packed ? packed.data() : b.data(),
           .ldb = c.N,
           .packed = c.packed,
           .c = want.data(),
           .ldc = ldc};
    for (Index s = 0; s < samples; ++s, g.a.data += a_sample, g.c += c_sample) gemm(g);
    for (Index s = 0; s < samples; ++s) {
      for (Index m = 0; m < c.M; ++m) {
        for (Index n = 0; n < c.N; ++n) {
          const auto at = static_cast<std::size_t>(s * c_sample + m * ldc + n);
          want[at] = gate[at] > 0 ? want[at] * 1.25f : 0;
        }
      }
    }
    g.a.data = a.data(), g.c = got.data(), g.gate = {gate.data(), 1.25f};
    g.samples = samples, g.a_sample_stride = a_sample, g.c_sample_stride = c_sample;
    gemm(g);
    ASSERT_EQ(got, want) << c.text() << " samples=" << samples;
  }
}

TEST_P(GemmTest, ReluKeepsNaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> a = {nan, -1.0f}, b(20, 1.0f);
  std::vector<float> c(40);
  gemm({.M = 2,
        .N = 20,
        .a = {a.data(), 1, 1},
        .b = b.data(),
        .ldb = 20,
        .c = c.data(),
        .ldc = 20,
        .activation = Activation::relu});
  for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(std::isnan(c[i]));
  for (std::size_t i = 20; i < 40; ++i) EXPECT_EQ(c[i], 0.0f);
}

TEST_P(GemmTest, PacksTransposedAndReversed) {
  std::mt19937 random(4);
  for (int i = 0; i < 40; ++i) {
    const Index K = random_index(1, 5, random), C = random_index(1, 40, random), F = random_index(1, 40, random);
    const std::vector<float> w = random_values(K * C * F, random);  // (K, C, F)
    std::vector<float> plain(w.size()), direct(static_cast<std::size_t>(packed_floats(K * F, C))),
        general(direct.size());
    for (Index k = 0; k < K; ++k) {
      for (Index f = 0; f < F; ++f) {
        for (Index c = 0; c < C; ++c) {
          plain[static_cast<std::size_t>((k * F + f) * C + c)] =
              w[static_cast<std::size_t>(((K - 1 - k) * C + c) * F + f)];
        }
      }
    }
    pack_b(K * F, C, plain.data(), C, direct.data());
    pack_b({.b = w.data() + (K - 1) * C * F,
            .taps = K,
            .width = F,
            .N = C,
            .tap_stride = -C * F,
            .k_stride = 1,
            .n_stride = F},
           general.data());
    EXPECT_EQ(direct, general);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, GemmTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
