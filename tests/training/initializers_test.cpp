#include "wavetrain/initializers.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "wavetrain/random.hpp"

namespace wavetrain {
namespace {

struct Moments {
  double mean, stddev, low, high;
};

Moments moments(const Array& values) {
  double sum = 0, squares = 0, low = values[0], high = values[0];
  for (const float v : values) {
    sum += v;
    squares += double{v} * v;
    low = std::min<double>(low, v);
    high = std::max<double>(high, v);
  }
  const double mean = sum / static_cast<double>(values.size());
  return {mean, std::sqrt(squares / static_cast<double>(values.size()) - mean * mean), low, high};
}

TEST(Initializers, Fans) {
  const auto check = [](const Shape& shape, Index in, Index out) {
    EXPECT_EQ(compute_fans(shape).in, in);
    EXPECT_EQ(compute_fans(shape).out, out);
  };
  check({}, 1, 1);
  check({7}, 7, 7);
  check({3, 5}, 3, 5);
  check({5, 3, 64}, 15, 320);  // Conv1D
  check({2, 5, 3, 64}, 30, 640);
  EXPECT_EQ(compute_fans({2, 3, 4, 5}, Axes{0, 1}, Axes{-2, -1}).in, 6);
  EXPECT_EQ(compute_fans({2, 3, 4, 5}, Axes{0, 1}, Axes{-2, -1}).out, 20);
  EXPECT_EQ(compute_fans({2, 3}, Axes{1}, std::nullopt).in, 2);  // one alone has no effect
  EXPECT_THROW(compute_fans({2, 3}, Axes{2}, Axes{0}), ValueError);
}

TEST(Initializers, Constants) {
  for (const float v : Initializer("zeros")({3, 2}, 1)) EXPECT_EQ(v, 0.0f);
  for (const float v : Initializer("one")({3, 2}, 1)) EXPECT_EQ(v, 1.0f);
  for (const float v : Initializer(initializers::Constant{.value = 2.5})({3}, 1)) EXPECT_EQ(v, 2.5f);
  const Array eye = Initializer(initializers::Identity{.gain = 2})({2, 3}, 1);
  EXPECT_EQ(eye, (Array{{2, 0, 0}, {0, 2, 0}}));
  EXPECT_THROW(Initializer("identity")({3}, 1), ValueError);
}

TEST(Initializers, DistributionsHaveTheirMoments) {
  const Shape shape{200, 100};
  const auto check = [&shape](const Initializer& initializer, double mean, double stddev, double limit) {
    const Moments m = moments(initializer(shape, 17));
    EXPECT_NEAR(m.mean, mean, 4 * stddev / std::sqrt(20000.0)) << initializer.class_name();
    EXPECT_NEAR(m.stddev / stddev, 1, 0.03) << initializer.class_name();
    EXPECT_GE(m.low, mean - limit) << initializer.class_name();
    EXPECT_LE(m.high, mean + limit) << initializer.class_name();
    EXPECT_GT(m.high, mean + 0.97 * std::min(limit, 3 * stddev)) << initializer.class_name();
  };
  using namespace initializers;
  constexpr double kCut = 0.87962566103423978;
  check(RandomNormal{.mean = 1}, 1, 0.05, 1);
  check(RandomUniform{}, 0, 0.05 / std::sqrt(3), 0.05);
  check(TruncatedNormal{}, 0, 0.05 * kCut, 0.1);
  const auto uniform = [](double variance) { return std::pair(std::sqrt(variance), std::sqrt(3 * variance)); };
  const auto cut = [](double variance) { return std::pair(std::sqrt(variance), 2 * std::sqrt(variance) / kCut); };
  const auto scaled = [&check](const Initializer& initializer, std::pair<double, double> expected) {
    check(initializer, 0, expected.first, expected.second);
  };
  scaled("glorot_uniform", uniform(1.0 / 150));
  scaled("glorot_normal", cut(1.0 / 150));
  scaled("he_uniform", uniform(2.0 / 200));
  scaled("he_normal", cut(2.0 / 200));
  scaled("lecun_uniform", uniform(1.0 / 200));
  scaled("lecun_normal", cut(1.0 / 200));
  scaled(VarianceScaling{.scale = 3, .mode = "fan_out", .distribution = "normal"}, cut(3.0 / 100));
  check(VarianceScaling{.distribution = "untruncated_normal"}, 0, std::sqrt(1.0 / 200), 1);
  scaled(GlorotUniform{.input_axes = Axes{1}, .output_axes = Axes{1}}, uniform(1.0 / 100));
}

TEST(Initializers, SeedDecides) {
  const Initializer seeded = initializers::HeNormal{.seed = 5};
  EXPECT_EQ(seeded({4, 4}, 1), seeded({4, 4}, 2));
  const Initializer unseeded = "he_normal";
  EXPECT_EQ(unseeded({4, 4}, 5), seeded({4, 4}, 1));
  EXPECT_FALSE(unseeded({4, 4}, 6) == unseeded({4, 4}, 7));
  set_random_seed(3);
  const Array first = unseeded({4});
  EXPECT_FALSE(first == unseeded({4}));
  set_random_seed(3);
  EXPECT_EQ(first, unseeded({4}));
}

TEST(Initializers, OrthogonalHasOrthonormalRowsOrColumns) {
  const double gain = 1.5;
  const Initializer orthogonal = initializers::Orthogonal{.gain = gain, .seed = 2};
  for (const Shape& shape : {Shape{6, 6}, Shape{32, 128}, Shape{50, 8}, Shape{3, 4, 5}, Shape{1, 1}, Shape{4, 1}}) {
    const Array q = orthogonal(shape, 0);
    const Index columns = shape.back();
    const Index rows = q.size() / columns;
    const bool tall = rows >= columns;
    const Index count = tall ? columns : rows;
    for (Index a = 0; a < count; ++a) {
      for (Index b = 0; b < count; ++b) {
        double dot = 0;
        for (Index i = 0; i < (tall ? rows : columns); ++i) {
          dot +=
              double{tall ? q[i * columns + a] : q[a * columns + i]} * (tall ? q[i * columns + b] : q[b * columns + i]);
        }
        EXPECT_NEAR(dot, a == b ? gain * gain : 0, 2e-6) << to_string(shape);
      }
    }
  }
  EXPECT_THROW(orthogonal({4}, 0), ValueError);
  // Uniform over the orthogonal matrices: every entry has mean 0, also the diagonal.
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) sum += Initializer("orthogonal")({3, 3}, seed)[0];
  EXPECT_NEAR(sum / 400, 0, 4 * std::sqrt(1.0 / 3 / 400));
}

TEST(Initializers, NamesAndSettings) {
  for (const char* name :
       {"Zeros", "zeros", "zero", "one", "normal", "uniform", "GLOROT_UNIFORM", "OrthogonalInitializer",
        "IdentityInitializer", "variance_scaling", "lecun_normal", "TruncatedNormal", "constant"}) {
    EXPECT_TRUE(Initializer(name).has_value()) << name;
  }
  try {
    Initializer("glorot_unifrom");
    FAIL();
  } catch (const ValueError& error) {
    EXPECT_STREQ(error.what(),
                 "Could not interpret initializer identifier: glorot_unifrom. Did you mean `glorot_uniform`?");
  }
  EXPECT_EQ(
      Initializer("glorot_uniform").config().repr(),
      "{'module': 'keras.initializers', 'class_name': 'GlorotUniform', 'config': {'seed': None, 'input_axes': None, "
      "'output_axes': None}, 'registered_name': None}");
  const Initializer scaling =
      initializers::VarianceScaling{.scale = 2, .mode = "fan_avg", .seed = 3, .input_axes = Axes{0, 1}};
  EXPECT_EQ(Initializer(scaling.config()), scaling);
  EXPECT_EQ(scaling.get_if<initializers::VarianceScaling>()->mode, "fan_avg");
  EXPECT_EQ(scaling.get_if<initializers::Zeros>(), nullptr);
  EXPECT_FALSE(Initializer(Config()).has_value());
  EXPECT_THROW(Initializer(initializers::VarianceScaling{.scale = 0}), ValueError);
}

struct Ramp {
  double step = 1;
  static const Description& description() {
    static const Description instance = Describe<Ramp>("Ramp", "tests").field("step", &Ramp::step);
    return instance;
  }
  void fill(const Shape&, std::span<float> out, std::uint64_t) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(step * static_cast<double>(i));
  }
};

TEST(Initializers, UsersOwnJoins) {
  EXPECT_EQ(Initializer(Ramp{.step = 2})({3}, 0), (Array{0, 2, 4}));
  EXPECT_THROW(Initializer("ramp"), ValueError);
  register_initializer<Ramp>({"slope"});
  register_initializer<Ramp>({"slope"});  // the same again
  EXPECT_EQ(Initializer("slope")({3}, 0), (Array{0, 1, 2}));
  EXPECT_EQ(Initializer(Initializer(Ramp{.step = 2}).config())({2}, 0), (Array{0, 2}));
}

}  // namespace
}  // namespace wavetrain
