#include "wavetrain/series/generators.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "wavetrain/error.hpp"
#include "wavetrain/series/nearest_neighbor.hpp"

namespace wavetrain::series {
namespace {

// Error rate of the nearest neighbour over fresh sets, averaged over `draws` pairs.
template <class Make>
double error_rate(Make make, Index train, Index test, int draws) {
  double sum = 0;
  for (int i = 0; i < draws; ++i) {
    const SeriesSet a = make(train, static_cast<std::uint64_t>(2 * i + 1));
    const SeriesSet b = make(test, static_cast<std::uint64_t>(2 * i + 2));
    sum += static_cast<double>(count_errors(b.labels, classify_nearest(a, b))) / static_cast<double>(b.samples());
  }
  return sum / draws;
}

// The bounds are means of sets made elsewhere from the same formulas, three standard errors wide.
TEST(Generators, NearestNeighbourErrorsAreThoseOfTheDefinitions) {
  EXPECT_NEAR(error_rate(make_cbf, 10, 100, 16), 0.208, 3 * 0.038 / 4);
  EXPECT_NEAR(error_rate(make_synthetic_control, 50, 50, 4), 0.109, 3 * 0.019 / 2);
  EXPECT_NEAR(error_rate(make_two_patterns, 250, 100, 2), 0.103, 0.025);
  EXPECT_NEAR(error_rate(make_waveform, 100, 200, 4), 0.232, 0.025);
}

TEST(Generators, ShapesAndClasses) {
  const SeriesSet cbf = make_cbf(2, 1);
  EXPECT_EQ(cbf.values.shape(), (Shape{6, 128, 1}));
  EXPECT_EQ(cbf.class_names, (std::vector<std::string>{"cylinder", "bell", "funnel"}));
  EXPECT_EQ(cbf.labels, (Labels{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(make_synthetic_control(1, 1).values.shape(), (Shape{6, 60, 1}));
  EXPECT_EQ(make_two_patterns(1, 1).values.shape(), (Shape{4, 128, 1}));
  EXPECT_EQ(make_waveform(1, 1).values.shape(), (Shape{3, 21, 1}));
  EXPECT_THROW(make_cbf(0, 1), ValueError);
}

TEST(Generators, SeedsDecide) {
  EXPECT_EQ(make_cbf(3, 5).values, make_cbf(3, 5).values);
  EXPECT_FALSE(make_cbf(3, 5).values == make_cbf(3, 6).values);
}

TEST(Generators, SeriesAreNormalised) {
  const SeriesSet set = make_two_patterns(5, 3);
  for (Index i = 0; i < set.samples(); ++i) {
    double sum = 0, squares = 0;
    for (Index t = 0; t < 128; ++t) {
      sum += set.values(i, t, 0);
      squares += set.values(i, t, 0) * set.values(i, t, 0);
    }
    EXPECT_NEAR(sum, 0, 1e-4);
    EXPECT_NEAR(squares / 127, 1, 1e-5);  // the sample deviation
  }
}

TEST(Generators, AddingProblem) {
  const SeriesSet set = make_adding_problem(2000, 10, 4);
  double squares = 0;
  for (Index i = 0; i < set.samples(); ++i) {
    float sum = 0;
    float marks = 0;
    for (Index t = 0; t < 10; ++t) {
      sum += set.values(i, t, 0) * set.values(i, t, 1);
      marks += set.values(i, t, 1);
    }
    EXPECT_EQ(marks, 2.0f);
    EXPECT_NEAR(set.targets[i], sum, 1e-6);
    squares += (set.targets[i] - 1) * (set.targets[i] - 1);
  }
  EXPECT_NEAR(squares / 2000, 1.0 / 6, 0.015);
}

TEST(Generators, MackeyGlassFollowsItsEquation) {
  const Array x = make_mackey_glass(400, {.n = 10, .tau = 17});
  EXPECT_EQ(x.shape(), (Shape{400, 1}));
  EXPECT_EQ(x[0], 1.2f);
  // While the delayed value is x0, the equation is linear: x(t) = g/b + (x0 - g/b) exp(-b t).
  const double level = 0.2 * 1.2 / (1 + std::pow(1.2, 10)) / 0.1;
  for (Index t = 0; t <= 17; ++t) {
    EXPECT_NEAR(x[t], level + (1.2 - level) * std::exp(-0.1 * static_cast<double>(t)), 1e-6);
  }
  for (const float value : x) {
    EXPECT_GT(value, 0.2f);
    EXPECT_LT(value, 1.5f);
  }
  EXPECT_EQ(make_mackey_glass(10, {.discard = 5})[0], x[5]);
  // Finer steps change little over the first delay times.
  EXPECT_NEAR(make_mackey_glass(60, {.steps = 20})[59], make_mackey_glass(60, {.steps = 40})[59], 2e-3);
  EXPECT_THROW(make_mackey_glass(5, {.tau = 0}), ValueError);
}

TEST(Generators, NarmaFollowsItsFormula) {
  const Array x = make_narma(200, 3);
  for (Index t = 9; t + 1 < 200; ++t) {
    double sum = 0;
    for (Index k = 0; k < 10; ++k) sum += x(t - k, 1);
    const double expected = 0.3 * x(t, 1) + 0.05 * x(t, 1) * sum + 1.5 * x(t - 9, 0) * x(t, 0) + 0.1;
    EXPECT_NEAR(x(t + 1, 1), expected, 1e-5);
  }
}

TEST(Generators, SineWithNoise) {
  const Array x = make_sine(49, 1, {.amplitude = 2, .period = 24});
  EXPECT_EQ(x[0], 0.0f);
  EXPECT_NEAR(x[6], 2, 1e-6);
  EXPECT_NEAR(x[48], 0, 1e-6);
  EXPECT_FALSE(make_sine(49, 1, {.noise = 1}) == make_sine(49, 2, {.noise = 1}));
}

}  // namespace
}  // namespace wavetrain::series
