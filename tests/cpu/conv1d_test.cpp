#include "cpu/conv1d.hpp"

#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"
#include "cpu/pool.hpp"
#include "reference/conv1d.hpp"

namespace wavetrain::cpu {
namespace {

std::string text(const Conv1DShape& s, Index samples) {
  return fmt::format("N={} T={} C={} F={} K={} stride={} dilation={} groups={} pad=({},{})", samples, s.T, s.C, s.F,
                     s.K, s.stride, s.dilation, s.groups, s.pad_left, s.pad_right);
}

Conv1DShape random_shape(std::mt19937& random) {
  const auto one_in = [&](Index n) { return random_index(1, n, random) == 1; };
  Conv1DShape s;
  s.T = one_in(5)    ? random_index(1, 6, random)
        : one_in(10) ? random_index(250, 700, random)
                     : random_index(7, 130, random);
  s.K = one_in(12) ? 51 : random_index(1, 9, random);
  s.C = one_in(3) ? random_index(1, 4, random) : random_index(1, 40, random);
  s.F = one_in(3) ? random_index(1, 70, random) : random_index(1, 20, random);
  if (one_in(3)) s.stride = random_index(2, 5, random);
  if (one_in(3)) s.dilation = random_index(2, 6, random);
  if (one_in(3)) {
    s.groups = random_index(2, 5, random);
    s.C = s.groups * (one_in(2) ? 1 : random_index(1, 6, random));
    s.F = s.groups * (one_in(2) ? 1 : random_index(1, 9, random));
    if (one_in(3)) s.C = s.groups = random_index(2, 40, random), s.F = s.C * random_index(1, 3, random);
  }
  switch (random_index(0, 3, random)) {
    case 0: break;
    case 1: s.pad_left = (s.K - 1) * s.dilation; break;
    case 2: s.pad_left = (s.K - 1) * s.dilation / 2, s.pad_right = (s.K - 1) * s.dilation - s.pad_left; break;
    default: s.pad_left = random_index(0, 20, random), s.pad_right = random_index(0, 20, random);
  }
  return s;
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

std::vector<float> scratch_of(Index floats) { return std::vector<float>(static_cast<std::size_t>(floats), kNaN); }

struct Results {
  std::vector<float> y, dx, dw, db;
  bool operator==(const Results& other) const {
    const auto same = [](const std::vector<float>& a, const std::vector<float>& b) {
      return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    };
    return same(y, other.y) && same(dx, other.dx) && same(dw, other.dw) && same(db, other.db);
  }
};

struct Problem {
  Conv1DShape s;
  Index samples;
  std::vector<float> x, w, b, dy;

  Problem(const Conv1DShape& shape, Index n, std::mt19937& random)
      : s(shape),
        samples(n),
        x(random_values(n * s.T * s.C, random)),
        w(random_values(s.weights(), random)),
        b(random_values(s.F, random)),
        dy(random_values(n * s.output_length() * s.F, random)) {}
};

// Everything, with samples, rows or tasks as pool tasks of `step` each. `initial` is what the results held before.
Results run(const Problem& p, bool packed, Index step, bool accumulate = false, float initial = kNaN) {
  const Conv1DShape& s = p.s;
  const Index Tout = s.output_length();
  const auto sized = [&](Index n) { return std::vector<float>(static_cast<std::size_t>(n), initial); };
  Results r{sized(p.samples * Tout * s.F), sized(p.samples * s.T * s.C), sized(s.weights()), sized(s.F)};
  std::vector<float> forward = scratch_of(conv1d_packed_floats(s)),
                     backward = scratch_of(conv1d_backward_packed_floats(s));
  conv1d_pack(s, p.w.data(), forward.data());
  conv1d_pack_backward(s, p.w.data(), backward.data());
  const Conv1DForward f{packed ? forward.data() : p.w.data(), packed, p.b.data(), Activation::relu};

  parallel_for((Tout + step - 1) / step, [&](Index task, int) {
    std::vector<float> scratch = scratch_of(conv1d_forward_scratch_floats(s));
    for (Index n = 0; n < p.samples; ++n) {
      conv1d_forward_rows(s, f, p.x.data() + n * s.T * s.C, r.y.data() + n * Tout * s.F, task * step,
                          std::min(Tout, (task + 1) * step), scratch.data());
    }
  });
  parallel_for((s.T + step - 1) / step, [&](Index task, int) {
    std::vector<float> scratch = scratch_of(conv1d_backward_input_scratch_floats(s));
    for (Index n = 0; n < p.samples; ++n) {
      conv1d_backward_input_rows(s, p.w.data(), backward.data(), p.dy.data() + n * Tout * s.F,
                                 r.dx.data() + n * s.T * s.C, task * step, std::min(s.T, (task + 1) * step), accumulate,
                                 scratch.data());
    }
  });
  std::vector<float> partial = scratch_of(conv1d_gradient_partial_floats(s, p.samples));
  const Conv1DGradient g{p.x.data(), p.dy.data(), r.dw.data(), r.db.data(), accumulate, partial.data()};
  const SampleBlocks blocks(p.samples);
  const Index tasks = conv1d_gradient_tasks(s, blocks);
  parallel_for((tasks + step - 1) / step, [&](Index task, int) {
    std::vector<float> scratch = scratch_of(conv1d_gradient_scratch_floats(s));
    conv1d_backward_weights(s, g, blocks, task * step, std::min(tasks, (task + 1) * step), scratch.data());
  });
  conv1d_finish_gradient(s, g, blocks, 0, conv1d_finish_tasks(s, blocks));
  return r;
}

using Conv1DTest = OnEveryTarget;

TEST_P(Conv1DTest, MatchesDoublePrecision) {
  std::mt19937 random(1);
  for (int i = 0; i < 120; ++i) {
    const Problem p(random_shape(random), random_index(0, 4, random) == 0 ? 19 : random_index(1, 3, random), random);
    const Conv1DShape& s = p.s;
    const Index Tout = s.output_length();
    const bool accumulate = i % 5 == 0;
    const float initial = accumulate ? 0.5f : kNaN;
    const Results got = run(p, i % 2 == 0, 1000, accumulate, initial);
    const std::vector<double> x = in_double(p.x), w = in_double(p.w), b = in_double(p.b), dy = in_double(p.dy);
    std::vector<double> y(dy.size()), dx(x.size(), accumulate ? 0.5 : 0), dw(w.size(), accumulate ? 0.5 : 0),
        db(b.size(), accumulate ? 0.5 : 0);
    for (Index n = 0; n < p.samples; ++n) {
      reference::conv1d_forward(y.data() + n * Tout * s.F, x.data() + n * s.T * s.C, w.data(), b.data(), s);
      reference::conv1d_backward(dx.data() + n * s.T * s.C, dw.data(), db.data(), dy.data() + n * Tout * s.F,
                                 x.data() + n * s.T * s.C, w.data(), s);
    }
    for (double& value : y) value = std::max(value, 0.0);
    const std::string what = text(s, p.samples);
    expect_near(got.y, y, s.K * s.C / s.groups, what + " y");
    expect_near(got.dx, dx, s.K * s.F / s.groups, what + " dx");
    expect_near(got.dw, dw, p.samples * Tout, what + " dw");
    expect_near(got.db, db, p.samples * Tout, what + " db");
    if (HasFatalFailure()) return;
  }
}

TEST_P(Conv1DTest, BitsDoNotDependOnThreadsRowsOrPacking) {
  std::mt19937 random(2);
  for (int i = 0; i < 25; ++i) {
    const Problem p(random_shape(random), random_index(1, 20, random), random);
    set_num_threads(1);
    const Results whole = run(p, true, 1000);
    for (const int threads : {1, 2, 3, 8}) {
      set_num_threads(threads);
      ASSERT_TRUE(run(p, threads % 2 == 1, 1 + threads * 3) == whole) << text(p.s, p.samples) << " threads " << threads;
    }
  }
  set_num_threads(0);
}

TEST_P(Conv1DTest, ASampleAloneHasTheBitsItHasAmongMany) {
  std::mt19937 random(3);
  for (int i = 0; i < 20; ++i) {
    const Problem p(random_shape(random), 5, random);
    const Results many = run(p, true, 1000);
    Problem one = p;
    one.samples = 1;
    const Index in = p.s.T * p.s.C, out = p.s.output_length() * p.s.F, n = 3;
    one.x.assign(p.x.begin() + n * in, p.x.begin() + (n + 1) * in);
    one.dy.assign(p.dy.begin() + n * out, p.dy.begin() + (n + 1) * out);
    const Results alone = run(one, true, 1000);
    ASSERT_TRUE(std::equal(alone.y.begin(), alone.y.end(), many.y.begin() + n * out)) << text(p.s, 5);
    ASSERT_TRUE(std::equal(alone.dx.begin(), alone.dx.end(), many.dx.begin() + n * in)) << text(p.s, 5);
  }
}

TEST_P(Conv1DTest, NoSamplesGiveZeroGradients) {
  std::mt19937 random(4);
  for (int i = 0; i < 20; ++i) {
    const Problem p(random_shape(random), 0, random);
    const Results got = run(p, true, 3);
    for (const float value : got.dw) EXPECT_EQ(value, 0.0f);
    for (const float value : got.db) EXPECT_EQ(value, 0.0f);
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, Conv1DTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
