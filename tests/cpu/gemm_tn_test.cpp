#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cpu/dense.hpp"
#include "cpu/gemm.hpp"
#include "cpu/kernel_testing.hpp"
#include "reference/matmul.hpp"

namespace wavetrain::cpu {
namespace {

using GemmTnTest = OnEveryTarget;

struct Case {
  Index samples, rows, N, taps, width, row_stride, tap_stride;
  bool accumulate;

  Index k() const { return taps * width; }
  Index sample() const { return (rows == 0 ? 0 : (rows - 1) * row_stride) + (taps - 1) * tap_stride + width; }
  std::string text() const {
    return fmt::format("samples={} rows={} N={} taps={} width={} row_stride={} tap_stride={}", samples, rows, N, taps,
                       width, row_stride, tap_stride);
  }
};

Case random_case(std::mt19937& random) {
  Case c{};
  c.samples = random_index(1, 4, random);
  c.rows = random_index(0, 9, random) == 0 ? random_index(200, 500, random) : random_index(1, 60, random);
  c.N = random_index(1, 70, random);
  c.taps = random_index(0, 1, random) == 0 ? 1 : random_index(2, 9, random);
  c.width = random_index(0, 2, random) == 0 ? random_index(1, 3, random) : random_index(1, 40, random);
  c.row_stride = random_index(1, c.width + 2, random);
  c.tap_stride = random_index(0, 2, random) == 0 ? c.width : random_index(1, 3 * c.width, random);
  c.accumulate = random_index(0, 2, random) == 0;
  return c;
}

std::vector<float> run(const Case& c, const std::vector<float>& a, const std::vector<float>& b, std::vector<float> w,
                       Index step) {
  const GemmTn g{.samples = c.samples,
                 .rows = c.rows,
                 .N = c.N,
                 .a = {a.data(), c.row_stride, c.width, c.taps, c.tap_stride},
                 .a_sample_stride = c.sample(),
                 .b = b.data(),
                 .ldb = c.N,
                 .b_sample_stride = c.rows * c.N,
                 .w = w.data(),
                 .ldw = c.N,
                 .accumulate = c.accumulate};
  const Index tiles = gemm_tn_tiles(g);
  for (Index i = 0; i < tiles; i += step) gemm_tn(g, i, std::min(tiles, i + step));
  return w;
}

TEST_P(GemmTnTest, MatchesDoublePrecisionForAnyCut) {
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    const Case c = random_case(random);
    const std::vector<float> a = random_values(c.samples * c.sample(), random);
    const std::vector<float> b = random_values(c.samples * c.rows * c.N, random);
    std::vector<float> w = random_values(c.k() * c.N, random);
    if (!c.accumulate) std::fill(w.begin(), w.end(), std::numeric_limits<float>::quiet_NaN());
    std::vector<double> x, want = c.accumulate ? in_double(w) : std::vector<double>(w.size());
    for (Index s = 0; s < c.samples; ++s) {
      for (Index r = 0; r < c.rows; ++r) {
        for (Index k = 0; k < c.k(); ++k) {
          x.push_back(static_cast<double>(a[static_cast<std::size_t>(s * c.sample() + r * c.row_stride +
                                                                     k / c.width * c.tap_stride + k % c.width)]));
        }
      }
    }
    const std::vector<double> dy = in_double(b);
    reference::matmul_backward<double>(nullptr, want.data(), nullptr, dy.data(), x.data(), nullptr, c.samples * c.rows,
                                       c.k(), c.N);
    const std::vector<float> whole = run(c, a, b, w, 1 << 20);
    expect_near(whole, want, c.samples * c.rows, c.text());
    if (HasFatalFailure()) return;
    const std::vector<float> cut = run(c, a, b, w, random_index(1, 3, random));
    ASSERT_EQ(std::memcmp(whole.data(), cut.data(), whole.size() * sizeof(float)), 0) << c.text();
  }
}

TEST_P(GemmTnTest, ColumnSumsInFourChains) {
  std::mt19937 random(2);
  for (const Index N : {1, 3, 16, 17, 63, 64, 65, 130}) {
    const std::vector<float> b = random_values(60 * N, random);
    for (const Index rows : {1, 2, 3, 4, 10, 15, 20, 60}) {
      const Index samples = 60 / rows;
      for (const bool accumulate : {false, true}) {
        std::vector<float> sums(static_cast<std::size_t>(N), 0.25f), want = sums;
        for (Index n = 0; n < N; ++n) {
          float total = accumulate ? 0.25f : 0.0f;
          for (Index sample = 0; sample < samples; ++sample) {
            float chain[4] = {};
            for (Index r = 0; r < rows; ++r) chain[r % 4] += b[static_cast<std::size_t>((sample * rows + r) * N + n)];
            total += (chain[0] + chain[1]) + (chain[2] + chain[3]);
          }
          want[static_cast<std::size_t>(n)] = total;
        }
        column_sums(samples, rows, N, b.data(), N, rows * N, sums.data(), accumulate);
        ASSERT_EQ(sums, want) << N << " columns, " << rows << " rows";
      }
    }
    std::vector<float> total(static_cast<std::size_t>(N), 1.0f), in_order = total;
    for (Index i = 0; i < 60; ++i) {
      for (Index n = 0; n < N; ++n) in_order[static_cast<std::size_t>(n)] += b[static_cast<std::size_t>(i * N + n)];
    }
    add_in_order(60, N, b.data(), N, total.data(), true);
    EXPECT_EQ(total, in_order);
  }
}

// Both forms of a dense layer's input gradient, and both of its forward pass, agree bit for bit.
TEST_P(GemmTnTest, DenseFormsAgree) {
  std::mt19937 random(3);
  for (int i = 0; i < 30; ++i) {
    const Index M = random_index(1, 40, random), C = random_index(1, 220, random), F = random_index(1, 70, random);
    const std::vector<float> x = random_values(M * C, random), w = random_values(C * F, random);
    const std::vector<float> b = random_values(F, random), dy = random_values(M * F, random);
    std::vector<float> packed(static_cast<std::size_t>(packed_floats(F, C)));
    dense_pack_transposed(C, F, w.data(), packed.data());
    for (const bool accumulate : {false, true}) {
      std::vector<float> dx = random_values(M * C, random), other = dx;
      const std::vector<float> before = accumulate ? dx : std::vector<float>(dx.size());
      std::vector<float> scratch(static_cast<std::size_t>(dense_backward_input_scratch_floats(M, C, F)));
      dense_backward_input(M, C, F, dy.data(), w.data(), dx.data(), 0, C / 2, accumulate, scratch.data());
      dense_backward_input(M, C, F, dy.data(), w.data(), dx.data(), C / 2, C, accumulate, scratch.data());
      dense_backward_input_packed(C, F, dy.data(), packed.data(), other.data(), 0, M, accumulate);
      ASSERT_EQ(dx, other);
      std::vector<double> want = in_double(before);
      const std::vector<double> dyd = in_double(dy), wd = in_double(w);
      reference::matmul_backward<double>(want.data(), nullptr, nullptr, dyd.data(), nullptr, wd.data(), M, C, F);
      expect_near(dx, want, F, fmt::format("M={} C={} F={}", M, C, F));
    }
    std::vector<float> y(static_cast<std::size_t>(M * F)), packed_y = y,
                                                           plain(static_cast<std::size_t>(packed_floats(C, F)));
    pack_b(C, F, w.data(), F, plain.data());
    dense_forward(C, F, x.data(), w.data(), false, b.data(), Activation::linear, y.data(), 0, M);
    dense_forward(C, F, x.data(), plain.data(), true, b.data(), Activation::linear, packed_y.data(), 0, M);
    ASSERT_EQ(y, packed_y);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, GemmTnTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
