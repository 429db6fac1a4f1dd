#include "cpu/optimizer_kernels.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "cpu/kernel_testing.hpp"

namespace wavetrain::cpu {
namespace {

using OptimizerTest = OnEveryTarget;
using Values = std::vector<float>;

// What Keras 3.15.1 makes of these weights in three steps.
const Values kWeights{1, -2, 0.5f, 0, 3e-3f};
const std::vector<Values> kGradients{
    {0.1f, -0.2f, 3, 0, -1e-4f}, {-0.3f, 0.1f, -0.5f, 1e-3f, 2}, {0.2f, 0.2f, 0.2f, 0.2f, 0.2f}};

struct State {
  Values w = kWeights, a = Values(5, 0.0f), b = Values(5, 0.0f), c = Values(5, 0.0f);
};

template <class Step>
Values after_three_steps(Step step) {
  State state;
  for (int t = 1; t <= 3; ++t) step(state, kGradients[static_cast<std::size_t>(t - 1)].data(), t);
  return state.w;
}

float adam_step_size(double learning_rate, double beta_1, double beta_2, int t) {
  return static_cast<float>(learning_rate * std::sqrt(1 - std::pow(beta_2, t)) / (1 - std::pow(beta_1, t)));
}

void expect_values(const Values& got, const Values& want, const char* what) {
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_NEAR(got[i], want[i], 3e-7 * std::max(1.0f, std::abs(want[i]))) << what << i;
}

TEST_P(OptimizerTest, SgdIsKeras) {
  const struct {
    SgdStep step;
    Values want;
  } kCases[] = {
      {{.learning_rate = 0.1f}, {1.0f, -2.00999999f, 0.229999989f, -0.0201000012f, -0.216989994f}},
      {{.learning_rate = 0.1f, .momentum = 0.9f},
       {1.00990009f, -1.98479998f, -0.238000035f, -0.0201900005f, -0.396972895f}},
      {{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true},
       {1.00890994f, -1.99632001f, -0.434200048f, -0.0382710025f, -0.57696557f}},
      {{.learning_rate = 0.1f, .options = {.clip_value = 0.5f, .decay = 0.1f * 0.01f}},
       {0.996992946f, -2.00403595f, 0.478551447f, -0.0200999007f, -0.0669490173f}},
  };
  for (const auto& test : kCases) {
    expect_values(
        after_three_steps([&](State& s, const float* g, int) { sgd_step(test.step, 5, s.w.data(), g, s.a.data()); }),
        test.want, "sgd");
  }
}

TEST_P(OptimizerTest, RmspropIsKeras) {
  const struct {
    RmspropStep step;
    Values want;
  } kCases[] = {
      {{.learning_rate = 0.01f}, {0.980927646f, -2.00528908f, 0.471548021f, -0.0539827049f, -0.0287911594f}},
      {{.learning_rate = 0.01f, .momentum = 0.5f},
       {0.972287238f, -1.98894429f, 0.450566828f, -0.0651630461f, -0.042242609f}},
      {{.learning_rate = 0.01f, .centered = true},
       {0.979911387f, -2.00390863f, 0.469927311f, -0.0562907457f, -0.0306986459f}},
      {{.learning_rate = 0.01f, .rho = 0.8, .momentum = 0.5f, .centered = true},
       {0.977106631f, -1.98978627f, 0.460792512f, -0.0544419959f, -0.0317871347f}},
  };
  for (const auto& test : kCases) {
    expect_values(after_three_steps([&](State& s, const float* g, int) {
                    rmsprop_step(test.step, 5, s.w.data(), g, s.a.data(), s.b.data(), s.c.data());
                  }),
                  test.want, "rmsprop");
  }
}

TEST_P(OptimizerTest, AdamIsKeras) {
  const struct {
    AdamStep step;
    Values want;
  } kCases[] = {
      {{.step_size = 0}, {0.994754314f, -1.99006391f, 0.480041265f, -0.0138345137f, -0.0011068387f}},
      {{.step_size = 0, .amsgrad = true}, {0.994754314f, -1.99006391f, 0.480041265f, -0.0138345137f, -0.0011068387f}},
      {{.step_size = 0, .beta_1 = 0.8, .options = {.decay = 0.01f * 0.004f}},
       {0.994890451f, -1.9912492f, 0.481023997f, -0.014952803f, -0.00151851261f}},
  };
  for (const auto& test : kCases) {
    expect_values(after_three_steps([&](State& s, const float* g, int t) {
                    AdamStep step = test.step;
                    step.step_size =
                        adam_step_size(0.01, static_cast<float>(step.beta_1), static_cast<float>(step.beta_2), t);
                    adam_step(step, 5, s.w.data(), g, s.a.data(), s.b.data(), s.c.data());
                  }),
                  test.want, "adam");
  }
}

// A smaller second moment later on is what amsgrad is about; the formula in double.
TEST_P(OptimizerTest, AmsgradKeepsTheLargestMoment) {
  std::mt19937 random(1);
  const Index n = 37;
  Values w = random_values(n, random), m(37, 0.0f), v(37, 0.0f), v_max(37, 0.0f);
  std::vector<double> want = in_double(w), dm(37, 0.0), dv(37, 0.0), dmax(37, 0.0);
  for (int t = 1; t <= 20; ++t) {
    Values g = random_values(n, random);
    for (float& value : g) value = value * (t < 5 ? 10.0f : 0.01f);
    AdamStep step{.step_size = adam_step_size(0.01, 0.9, 0.5, t), .beta_2 = 0.5, .amsgrad = true};
    adam_step(step, n, w.data(), g.data(), m.data(), v.data(), v_max.data());
    for (std::size_t i = 0; i < 37; ++i) {
      const double d = static_cast<double>(g[i]);
      dm[i] += (d - dm[i]) * (1 - 0.9);
      dv[i] += (d * d - dv[i]) * (1 - 0.5);
      dmax[i] = std::max(dmax[i], dv[i]);
      want[i] -= 0.01 * std::sqrt(1 - std::pow(0.5, t)) / (1 - std::pow(0.9, t)) * dm[i] / (std::sqrt(dmax[i]) + 1e-7);
    }
  }
  expect_near(w, want, 40, "amsgrad");
}

TEST_P(OptimizerTest, ScalesThenClipsAndMayBeSplitAnywhere) {
  std::mt19937 random(2);
  const Index n = 101;
  const Values w0 = random_values(n, random), g = random_values(n, random);
  const StepOptions options{.gradient_scale = 4.0f, .clip_value = 1.0f};
  Values w = w0;
  sgd_step({.learning_rate = 0.5f, .options = options}, n, w.data(), g.data(), nullptr);
  for (std::size_t i = 0; i < w.size(); ++i) EXPECT_NEAR(w[i], w0[i] - 0.5f * std::clamp(4 * g[i], -1.0f, 1.0f), 2e-7);
  const AdamStep step{.step_size = 0.01f, .options = options};
  Values whole = w0, m(101, 0.1f), v(101, 0.2f), split = w0, ms = m, vs = v;
  adam_step(step, n, whole.data(), g.data(), m.data(), v.data(), nullptr);
  for (const auto& [from, to] : {std::pair<Index, Index>{0, 5}, {5, 60}, {60, n}}) {
    adam_step(step, to - from, split.data() + from, g.data() + from, ms.data() + from, vs.data() + from, nullptr);
  }
  EXPECT_EQ(split, whole);
  EXPECT_EQ(ms, m);
  EXPECT_EQ(vs, v);
}

TEST_P(OptimizerTest, NaNGradientsShow) {
  float w = 1, m = 0, v = 0;
  const float g = std::numeric_limits<float>::quiet_NaN();
  adam_step({.step_size = 0.01f}, 1, &w, &g, &m, &v, nullptr);
  EXPECT_TRUE(std::isnan(w));
  w = 1;
  sgd_step({.learning_rate = 1, .options = {.clip_value = 0.5f}}, 1, &w, &g, nullptr);
  EXPECT_TRUE(std::isnan(w));
}

INSTANTIATE_TEST_SUITE_P(Targets, OptimizerTest, testing::ValuesIn(supported_targets()), target_of);

}  // namespace
}  // namespace wavetrain::cpu
