#include "wavetrain/initializers.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "wavetrain/random.hpp"
#include "wavetrain/stft.hpp"

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

TEST(Initializers, WindowsAreThoseOfScipy) {
  struct Case {
    const char* name;
    std::vector<double> symmetric, periodic;  // values 0 to 2 of 5, values 1 to 3 of 8
  };
  // scipy.signal.get_window of scipy 1.17.1
  const std::vector<Case> cases{
      {"boxcar", {1.0, 1.0, 1.0}, {1.0, 1.0, 1.0}},
      {"triang", {0.333333333, 0.666666667, 1.0}, {0.4, 0.6, 0.8}},
      {"blackman", {0.0, 0.34, 1.0}, {0.066446609, 0.34, 0.773553391}},
      {"hamming", {0.08, 0.54, 1.0}, {0.214730881, 0.54, 0.865269119}},
      {"hann", {0.0, 0.5, 1.0}, {0.146446609, 0.5, 0.853553391}},
      {"bartlett", {0.0, 0.5, 1.0}, {0.25, 0.5, 0.75}},
      {"flattop", {-0.000421051, -0.05473684, 1.000000003}, {-0.026872193, -0.05473684, 0.444135357}},
      {"parzen", {0.016, 0.424, 1.0}, {0.074074074, 0.341563786, 0.769547325}},
      {"bohman", {0.0, 0.318309886, 1.0}, {0.048302384, 0.318309886, 0.755409165}},
      {"blackmanharris", {6e-05, 0.21747, 1.0}, {0.021735837, 0.21747, 0.695764163}},
      {"nuttall", {0.0003628, 0.2269824, 1.0}, {0.025205567, 0.2269824, 0.701958233}},
      {"barthann", {0.0, 0.5, 1.0}, {0.171299423, 0.5, 0.828700577}},
      {"cosine", {0.309016994, 0.809016994, 1.0}, {0.5, 0.766044443, 0.939692621}},
      {"exponential", {0.135335283, 0.367879441, 1.0}, {0.049787068, 0.135335283, 0.367879441}},
      {"tukey", {0.0, 1.0, 1.0}, {0.5, 1.0, 1.0}},
      {"taylor", {0.332496948, 0.772014579, 1.0}, {0.46690632, 0.724675112, 0.924655825}},
      {"lanczos", {0.0, 0.636619772, 1.0}, {0.300105439, 0.636619772, 0.900316316}},
  };
  for (const Case& c : cases) {
    const std::vector<double> symmetric = initializers::window_values(c.name, 5, false);
    const std::vector<double> periodic = initializers::window_values(c.name, 8, true);
    ASSERT_EQ(symmetric.size(), 5u);
    ASSERT_EQ(periodic.size(), 8u);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(symmetric[i], c.symmetric[i], 2e-9) << c.name << i;
      EXPECT_NEAR(symmetric[i], symmetric[4 - i], 1e-12) << c.name << i;
      EXPECT_NEAR(periodic[i + 1], c.periodic[i], 2e-9) << c.name << i;
    }
  }
  EXPECT_EQ(initializers::window_values("hann", 1, true), std::vector<double>{1.0});
  EXPECT_THROW(initializers::window_values("kaiser", 4, true), ValueError);
}

TEST(Initializers, StftIsKeras) {
  const auto values = [](const initializers::STFT& stft) {
    std::vector<float> out(5 * 4);
    stft.fill({5, 1, 4}, out, 0);
    return out;
  };
  const auto expect = [](const std::vector<float>& out, std::size_t row, const std::vector<double>& numbers) {
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(out[row * 4 + i], numbers[i], 3e-7) << row << " " << i;
  };
  // keras.initializers.STFT of Keras 3.15.1 for the shape (5, 1, 4)
  expect(values({}), 1, {0.40824831, 0.20412409, -0.20412420, -0.40824831});
  expect(values({}), 3, {0.40824831, -0.40824831, 0.40824831, -0.40824831});
  expect(values({.side = "imag", .window = "taylor", .scaling = "spectrum"}), 1, {0, -0.20834510, -0.20834510, 0});
  expect(values({.window = "tukey", .scaling = std::nullopt, .periodic = true}), 1,
         {0.90450847, 0.45225421, -0.45225429, -0.90450847});
  expect(values({.side = "imag", .window = {}}), 1, {0, -0.86602539, -0.86602539, 0});
  expect(values({.window = std::vector<double>{1, 2, 3, 2, 1}, .scaling = "spectrum"}), 0,
         {1.0 / 9, 1.0 / 9, 1.0 / 9, 1.0 / 9});
  EXPECT_THROW(values({.window = std::vector<double>{1, 2}}), ValueError);
  const Initializer again(Initializer(initializers::STFT{.side = "imag", .window = "hamm"}).config());
  EXPECT_EQ(again.class_name(), "STFT");
  EXPECT_EQ(Initializer(Config("STFTInitializer")).class_name(), "STFT");
}

}  // namespace
}  // namespace wavetrain
